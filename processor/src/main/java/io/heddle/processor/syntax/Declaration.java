package io.heddle.processor.syntax;

import java.util.List;

/** A declaration of a file. */
public sealed interface Declaration {
  Name name();

  /** {@code model Llama3_8B { … }}. */
  record Model(Name name, String documentation, List<ModelMember> members) implements Declaration {}

  /** {@code plan Pod64 of Llama3_8B { … }}. */
  record Plan(Name name, String documentation, Name model, List<PlanItem> items)
      implements Declaration {}

  /** {@code device h100_sxm { … }}: peaks and memory. */
  record Device(Name name, String documentation, List<HardwareItem> items) implements Declaration {}

  /** {@code cluster hgx_h100(nodes = 1) { … }}: a device and networks, innermost first. */
  record Cluster(
      Name name, String documentation, List<PlanItem.Setting> parameters, List<HardwareItem> items)
      implements Declaration {}
}
