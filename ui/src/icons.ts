/** Line drawings on a grid of 20, one path each. */
export const icons = {
  alert: 'M10 3 2.5 16.5h15zM10 8v4m0 2.2v.1',
  browser: 'M8 4H4v12h12v-4m-5-8h5v5m0-5-7.5 7.5',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  close: 'm5 5 10 10m0-10L5 15',
  copy: 'M7.5 7V4.5h8v8H13m-8.5-5h8v8h-8z',
  down: 'M10 4v12m-4.5-4.5L10 16l4.5-4.5',
  edit: 'M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2zM11.2 6l2.8 2.8',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zm7.5 2.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  fault: 'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 6v5m0 2.8v.1',
  info: 'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9v5m0-8v.1',
  again: 'M16 10a6 6 0 1 1-2-4.5L16 7.2M16 3.5v3.7h-3.7',
  off: 'M10 3v6.5M6.3 5.3a6 6 0 1 0 7.4 0',
  plus: 'M10 4v12M4 10h12',
  screen: 'M3 4.5h14v9H3zM10 13.5v3m-3.5 0h7',
  share: 'M3 4.5h14v9H3zM10 13.5v3m-3.5 0h7M10 11.2V6.8M8 8.7l2-2 2 2',
  spinner: 'M10 3.5a6.5 6.5 0 1 1-6.5 6.5',
  start: 'M6.5 4.5v11l9-5.5z',
  stop: 'M5.5 5.5h9v9h-9z',
  up: 'M10 16V4M5.5 8.5 10 4l4.5 4.5',
};

export type IconName = keyof typeof icons;
