import { type Device, Visitor } from './visitor';

/** One thing that the page can show, and how it comes about. */
type Scene = (visitor: Visitor) => Promise<void>;

const arrive = async (visitor: Visitor, terms = {}) => {
  const visit = await visitor.gateway.visit();
  await visit.welcome(terms);
  await visitor.sees();
  return visit;
};

const ends =
  (code: number, words: string, reason = ''): Scene =>
  async (visitor) => {
    const visit = await visitor.gateway.visit();
    visit.close(code, reason);
    await visitor.reads(words);
  };

/** The gateway is left, and refuses whoever comes back. */
const refuses =
  (words: string, ...why: Parameters<Visitor['gateway']['refuse']>): Scene =>
  async (visitor) => {
    const visit = await visitor.gateway.visit();
    visitor.gateway.refuse(...why);
    visit.close(1012);
    await visitor.reads(words);
    visitor.expects(/^WebSocket connection to .* failed/);
  };

const panel =
  (name: string): Scene =>
  async (visitor) => {
    const visit = await arrive(visitor, { secondsLeft: 3100 });
    await visitor.unfold();
    await visitor.press(name);
    visit.desktop.copy('What the desktop has copied.');
    await visitor.page.waitForSelector('.panel');
  };

/** Everything that the page can show, in English. */
export const SCENES: Record<string, Scene> = {
  asking: async (visitor) => {
    const visit = await visitor.gateway.visit();
    visit.tell({ type: 'waiting' });
    await visitor.reads('Waiting to be let in');
  },
  starting: (visitor) => visitor.reads('Starting the desktop…'),
  pin: ends(4009, 'This link has a PIN'),
  'pin-wrong': ends(4010, 'Wrong PIN'),
  denied: ends(4011, 'You were not let in'),
  'not-answered': ends(4012, 'Nobody answered'),
  full: ends(4013, 'No room for more viewers'),
  'not-started': ends(4014, 'The desktop did not start'),
  'too-many-waiting': ends(4015, 'Many others are waiting'),
  'use-not-saved': ends(4017, 'This link cannot be used now'),
  'not-valid': ends(4001, 'This link is not valid'),
  'by-owner': ends(4002, 'Ended by the owner'),
  revoked: ends(4016, 'This link was revoked'),
  'used-up': async (visitor) => {
    const visit = await arrive(visitor, { once: true });
    visit.close(1000, 'Target closed');
    await visitor.reads('This link was for one visit only.');
  },
  expired: ends(4007, 'This link has expired'),
  'wrong-host': refuses('opened it as “backend”', 'host', 'backend', 'hosts = ["backend"]'),
  'wrong-origin': refuses('are not allowed to connect', 'origin', 'https://a.example', 'x'),
  blocked: refuses('Something is blocking the connection', null),
  unreachable: ends(1011, 'refused the connection.', '127.0.0.1:5901 refused the connection'),
  credentials: async (visitor) => {
    const visit = await visitor.gateway.visit();
    await visit.desktop.askPassword();
    await visitor.reads('This desktop needs a password');
  },
  reconnecting: async (visitor) => {
    const visit = await arrive(visitor);
    visit.close(1012);
    await visitor.reads('Porthole is restarting');
  },
  connected: async (visitor) => {
    await arrive(visitor);
  },
  control: async (visitor) => {
    await arrive(visitor, { secondsLeft: 3100 });
    await visitor.unfold();
    await visitor.reads('52 min left');
  },
  'view-only': async (visitor) => {
    await arrive(visitor, { rights: 'view', secondsLeft: 100, display: 'A long name for a desk' });
    await visitor.unfold();
    await visitor.reads('2 min left');
  },
  'view-only-folded': async (visitor) => {
    await arrive(visitor, { rights: 'view', secondsLeft: 100 });
    await visitor.reads('This link ends in 2 minutes.');
  },
  keys: panel('Keys'),
  clipboard: panel('Clipboard'),
  view: panel('View'),
};

/** What only a device with fingers shows. */
export const FINGER_SCENES: Record<string, Scene> = {
  keyboard: async (visitor) => {
    await arrive(visitor, { secondsLeft: 3100 });
    await visitor.unfold();
    await visitor.press('On-screen keyboard');
    await visitor.page.waitForSelector('::-p-aria([name="Tab"])');
    await visitor.press('Ctrl');
  },
};

/** Brings a scene about. Whoever asked for it lets the visitor leave. */
export async function show(scene: Scene, device: Device): Promise<Visitor> {
  const visitor = await Visitor.open(device);
  await scene(visitor);
  return visitor;
}
