// Builds our programs by cargo.
import { Failure, outputOf } from './run.mjs';

/**
 * Builds programs, each given as `{ package, binary }`, in one go, and gives their paths in the same order: where they
 * are, cargo alone knows. With the profile `dev` they are those of `cargo build --workspace --all-targets`, which the
 * tests run: any other choice would give libraries other features, and build them anew.
 */
export async function buildPrograms(programs, { profile = 'release', quiet = true } = {}) {
  const messages = await outputOf('cargo', [
    ...['build', '--profile', profile, '--locked'],
    ...(profile === 'dev' ? ['--workspace', '--all-targets'] : programs.flatMap(selection)),
    ...(quiet ? ['--quiet'] : []),
    '--message-format=json-render-diagnostics',
  ]);
  const lines = messages.split('\n').filter(Boolean);
  const built = lines.map((line) => JSON.parse(line)).filter((message) => message.executable);
  return programs.map(({ binary }) => {
    const program = built.find(({ target, profile }) => target.name === binary && !profile.test);
    if (!program) throw new Failure(`cargo built no ${binary}`);
    return program.executable;
  });
}

function selection(program) {
  return ['--package', program.package, '--bin', program.binary];
}
