package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.verify.Finding;
import io.heddle.runtime.verify.Rule;
import io.heddle.runtime.verify.TraceSetting;
import io.heddle.runtime.verify.Verification;
import io.heddle.runtime.verify.Verifier;

/** What must hold of the traces of every plan. */
public final class Verified {
  private Verified() {}

  /** Every rank ends, whatever the times are, and also where sends wait for their receives. */
  public static void assertEnds(Flattener flattener) {
    FlattenerWorkload plan = new FlattenerWorkload(flattener);
    for (boolean rendezvous : new boolean[] {false, true}) {
      Verification verification =
          Verifier.verify(plan, TraceSetting.of(flattener).withRendezvous(rendezvous));
      assertThat(verification.findings().stream().filter(Verified::matters)).isEmpty();
      boolean tooSmall =
          verification.findings().stream()
              .anyMatch(finding -> finding.rule() == Rule.DURATION && !matters(finding));
      // AstraSim has no end for a rank that begins with a kernel of no time.
      assertThat(verification.ends() || tooSmall).isTrue();
    }
  }

  /** Kernels that are over at once and collectives smaller than their group are small models'. */
  private static boolean matters(Finding finding) {
    return finding.rule() != Rule.DURATION && finding.rule() != Rule.MEANING;
  }
}
