package io.heddle.runtime.verify;

import java.util.List;

/**
 * What is known of a set of traces.
 *
 * @param findings errors first; none if all is well
 * @param ends whether every rank comes to its end under AstraSim's rules
 * @param ranks that were looked at
 * @param nodes of all their traces, so far as they could be read
 */
public record Verification(List<Finding> findings, boolean ends, int ranks, long nodes) {
  public Verification {
    findings = List.copyOf(findings);
  }

  /** What is known of a set that is not read, because of one thing that is wrong with it. */
  public static Verification refused(Rule rule, String message) {
    Finding finding = new Finding(FindingSeverity.ERROR, rule, List.of(), message);
    return new Verification(List.of(finding), false, 0, 0);
  }

  /** Whether there are no errors; there may be warnings. */
  public boolean sound() {
    return count(FindingSeverity.ERROR) == 0;
  }

  /** How many findings of a severity there are. */
  public long count(FindingSeverity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }
}
