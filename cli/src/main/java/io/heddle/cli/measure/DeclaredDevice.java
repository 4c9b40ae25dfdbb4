package io.heddle.cli.measure;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.Specification;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Spelling;
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
          "%s %s: no such device; %s declares %s%s"
              .formatted(
                  option,
                  name,
                  file == null ? LIBRARY : file,
                  String.join(", ", known),
                  Spelling.hint(name, known)));
    }
    return new DeclaredDevice(compiler, name);
  }

  /**
   * The networks of a cluster of this device that has figures, from the innermost with figures on;
   * empty where no cluster has any.
   *
   * @throws Failure if it says something wrong
   */
  public List<NetworkDimension> network() {
    Diagnostics findings = new Diagnostics();
    Optional<Cluster> cluster = compiler.measuredCluster(name, "bf16", findings);
    if (findings.hasErrors()) {
      throw Failure.wrongInput(Rendering.of(findings.all()).stripTrailing());
    }
    return cluster.stream()
        .flatMap(found -> found.dimensions().stream())
        .dropWhile(dimension -> dimension.transfers().isEmpty())
        .toList();
  }

  /**
   * Checks a text that declares a device, and a cluster of it, before it is written.
   *
   * @param file where it is to stand
   * @throws Failure if it says something wrong
   */
  public static void check(Path file, String name, String text) {
    TfmCompiler compiler = Specification.of(file, text).compiler();
    Diagnostics findings = new Diagnostics();
    if (!compiler.hasErrors()) {
      compiler.measuredCluster(name, "bf16", findings);
    }
    if (compiler.hasErrors() || findings.hasErrors()) {
      throw Failure.usage(
          "--network and --between: "
              + Rendering.of(compiler.hasErrors() ? compiler.diagnostics() : findings.all())
                  .stripTrailing());
    }
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
