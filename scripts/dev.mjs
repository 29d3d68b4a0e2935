// npm run dev: the window in a browser, on a shell that is played. Changes to its source are seen at once.
import { installModules } from './front.mjs';
import { main, run } from './run.mjs';

await main(async () => {
  await installModules();
  await run('npm', ['run', 'dev', '--workspace', 'ui']);
});
