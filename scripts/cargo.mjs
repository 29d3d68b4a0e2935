// Builds our programs by cargo.
import { Failure, outputOf } from './run.mjs';

/**
 * Builds programs, each given as `{ package, binary }`, in one go, and gives their paths in the same order: where they
 * are, cargo alone knows.
 */
export async function buildPrograms(programs, { profile = 'release', quiet = true } = {}) {
  const messages = await outputOf('cargo', [
    ...['build', '--profile', profile, '--locked'],
    ...programs.flatMap((program) => ['--package', program.package, '--bin', program.binary]),
    ...(quiet ? ['--quiet'] : []),
    '--message-format=json-render-diagnostics',
  ]);
  const lines = messages.split('\n').filter(Boolean);
  const built = lines.map((line) => JSON.parse(line)).filter((message) => message.executable);
  return programs.map(({ binary }) => {
    const program = built.find(({ target }) => target.name === binary);
    if (!program) throw new Failure(`cargo built no ${binary}`);
    return program.executable;
  });
}
