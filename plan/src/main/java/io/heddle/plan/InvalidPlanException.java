package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.List;

/** The values of a plan do not fit the model or each other. */
@Api
public final class InvalidPlanException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> findings;

  InvalidPlanException(List<String> findings) {
    super(String.join("\n", findings));
    this.findings = List.copyOf(findings);
  }

  /** Each as the compiler words it, with the place in the file that the rule comes from. */
  public List<String> findings() {
    return findings;
  }
}
