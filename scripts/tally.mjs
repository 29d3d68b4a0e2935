// Adds up what the test runners report. What was skipped counts as failed: here, every test runs.

/** A count that runners add to. */
export class Tally {
  passed = 0;
  failed = 0;
  /** Which runners had tests that failed. */
  failing = [];

  /** Reads a line of `cargo test`. */
  readCargo(line) {
    const result = /^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
    if (result) this.add(Number(result[1]), Number(result[2]) + Number(result[3]));
  }

  /** Reads a line of `node --test`. */
  readNode(line) {
    const result = /^\S+ (pass|fail|cancelled|skipped|todo) (\d+)$/.exec(line);
    if (!result) return;
    const count = Number(result[2]);
    if (result[1] === 'pass') this.add(count, 0);
    else this.add(0, count);
  }

  /** Takes Vitest's JSON report. */
  addVitest(report) {
    this.add(report.numPassedTests, report.numTotalTests - report.numPassedTests);
  }

  /** Adds counts. */
  add(passed, failed) {
    this.passed += passed;
    this.failed += failed;
  }

  toString() {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}
