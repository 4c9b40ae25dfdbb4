package io.heddle.cli.measure;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.Specification;
import io.heddle.plan.Device;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A device that a file declares, as it is in one number format or another. */
public final class DeclaredDevice {
  /** Where the built-in devices are declared, as imports name it. */
  public static final String LIBRARY = "std/devices.tfm";

  private final TfmCompiler compiler;
  private final String name;

  private DeclaredDevice(TfmCompiler compiler, String name) {
    this.compiler = compiler;
    this.name = name;
  }

  /**
   * Looks a device up.
   *
   * @param option that names it
   * @param file that declares it; null for the built-in ones
   * @throws Failure if there is no such device, or the file has errors
   */
  public static DeclaredDevice find(String option, String name, @Nullable Path file) {
    TfmCompiler compiler =
        file == null
            ? TfmCompiler.read(
                new Source(option, "tfm 1\nimport \"%s\"\n".formatted(LIBRARY)),
                Imports.LIBRARY_ONLY)
            : Specification.read(file).compiler();
    if (compiler.hasErrors()) {
      throw Failure.wrongInput(Rendering.of(compiler.diagnostics()).stripTrailing());
    }
    List<String> known = compiler.devices();
    if (!known.contains(name)) {
      throw Failure.usage(
          "%s %s: no such device; %s declares %s"
              .formatted(option, name, file == null ? LIBRARY : file, String.join(", ", known)));
    }
    return new DeclaredDevice(compiler, name);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /**
   * The device in a number format; empty if it states no peak for it.
   *
   * @throws Failure if it says something wrong
   */
  public Optional<Device> in(String format) {
    Diagnostics findings = new Diagnostics();
    Optional<Device> device = compiler.device(name, format, findings);
    boolean onlyNoPeak = findings.all().stream().allMatch(f -> f.code() == Code.NO_PEAK);
    if (device.isEmpty() && !onlyNoPeak) {
      throw Failure.wrongInput(Rendering.of(findings.all()).stripTrailing());
    }
    return device;
  }
}
