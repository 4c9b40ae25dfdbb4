package io.heddle.processor;

import io.heddle.processor.model.Plan;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.PlanText;
import io.heddle.processor.syntax.SourceFile;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a plan as a file of its own: what it needs of the built-in library is imported, the rest
 * is copied as it is written.
 */
final class PlanFile {
  private final Declaration.Plan plan;
  private final Plan resolved;
  private final List<SourceFile> files;
  private final Set<String> devices;
  private final Set<String> engines;
  private final Set<String> imports = new LinkedHashSet<>();
  private final List<String> copies = new ArrayList<>();

  private PlanFile(Declaration.Plan plan, Plan resolved, List<SourceFile> files) {
    this.plan = plan;
    this.resolved = resolved;
    this.files = files;
    this.devices = lineage(resolved.cluster().device().name());
    this.engines = lineage(resolved.engine().name());
  }

  /** A device or engine and those that it is made of. */
  private Set<String> lineage(String name) {
    Set<String> found = new LinkedHashSet<>();
    String next = name;
    while (next != null && found.add(next)) {
      next = base(next);
    }
    return found;
  }

  private @Nullable String base(String name) {
    for (SourceFile file : files) {
      for (SourceFile.Written written : file.written()) {
        if (written.declaration() instanceof Declaration.Device device
            && device.name().text().equals(name)
            && device.base() != null) {
          return device.base().text();
        }
        if (written.declaration() instanceof Declaration.Engine engine
            && engine.name().text().equals(name)
            && engine.base() != null) {
          return engine.base().text();
        }
      }
    }
    return null;
  }

  /**
   * The text of the file.
   *
   * @param resolved what the plan is, for the names of what it needs
   * @param files in which everything is declared
   */
  static String of(Declaration.Plan plan, Plan resolved, List<SourceFile> files) {
    return new PlanFile(plan, resolved, files).text();
  }

  private String text() {
    for (SourceFile file : files) {
      for (SourceFile.Written written : file.written()) {
        if (!isNeeded(written.declaration())) {
          continue;
        }
        if (isImportable(file)) {
          imports.add("import \"%s\"\n".formatted(file.source().path()));
        } else {
          copies.add("\n" + written.text().strip() + "\n");
        }
      }
    }
    return "tfm 1\n"
        + String.join("", imports)
        + "\n"
        + PlanText.of(plan)
        + String.join("", copies);
  }

  private boolean isNeeded(Declaration declaration) {
    String name = declaration.name().text();
    if (declaration instanceof Declaration.Model) {
      return name.equals(resolved.model().name());
    }
    if (declaration instanceof Declaration.Cluster) {
      return name.equals(resolved.cluster().name());
    }
    if (declaration instanceof Declaration.Device) {
      return devices.contains(name);
    }
    if (declaration instanceof Declaration.Engine) {
      return engines.contains(name);
    }
    // Which of them the model uses is not looked for.
    return declaration instanceof Declaration.Operation;
  }

  /** Whether the file is of the library and has no plan of this name itself. */
  private boolean isImportable(SourceFile file) {
    return file.source().path().startsWith(Imports.LIBRARY)
        && file.declarations().stream()
            .noneMatch(
                declared ->
                    declared instanceof Declaration.Plan
                        && declared.name().text().equals(plan.name().text()));
  }
}
