package io.heddle.cli.command;

import io.heddle.cli.calibrate.Calibration;
import io.heddle.cli.calibrate.ClusterText;
import io.heddle.cli.calibrate.DeviceText;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.measure.DeclaredDevice;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.cli.option.EngineFitOptions;
import io.heddle.cli.option.TableOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Table;
import io.heddle.plan.Device;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fits the figures of a device to its kernels, or those of an engine to steps. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Fit a device to tables of measured kernels or, with --steps, an engine to published"
          + " training steps, and write it as a .tfm file.",
      "",
      "Prints and writes the errors on held-out data: each half of the shapes, or of the"
          + " families of steps, is predicted by a fit to the other half.",
      ""
    })
public final class CalibrateCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  @Spec private CommandSpec spec;

  @Mixin private TableOptions tables = new TableOptions();

  @Mixin private EngineFitOptions fits = new EngineFitOptions();

  @Option(
      names = "--of",
      paramLabel = "NAME",
      description = "Base device, which provides the peaks and the memory.")
  private @Nullable String measured;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "The .tfm file that declares the device of --of (default: the library).")
  private @Nullable Path file;

  @Option(
      names = "--units",
      paramLabel = "N",
      description = "Number of processors of the device, such as streaming multiprocessors.")
  private int units;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the device or engine to write (default: the file name of --output).")
  private @Nullable String name;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The .tfm file to write.")
  private Path output = Path.of("");

  @Option(
      names = "--network",
      paramLabel = "TEXT",
      description =
          "With --nccl or --deepep: the measured network, such as 'switch 8 at 450 GB/s latency 100 ns'."
              + " Writes a cluster of such nodes.")
  private @Nullable String network;

  @Option(
      names = "--between",
      paramLabel = "TEXT",
      description =
          "With --nccl or --deepep: the network between nodes, such as 'switch nodes at 400 Gb/s latency 1"
              + " us' (default: one node).")
  private @Nullable String between;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "Name of the cluster to write (default: the name of the device and _node).")
  private @Nullable String cluster;

  @Override
  public Integer call() {
    if (fits.steps().isPresent()) {
      return engine(fits.steps().get());
    }
    refuse(List.of("--engine", "--fit", "--map"), "without --steps CSV");
    String base = measured;
    if (base == null) {
      throw Failure.usage("name the device that was measured: --of NAME; or steps: --steps CSV");
    }
    return device(base);
  }

  private int engine(Path steps) {
    refuse(
        List.of(
            "--of",
            "--file",
            "--units",
            "--network",
            "--between",
            "--cluster",
            "--rows",
            "--gemm",
            "--attention",
            "--decode",
            "--mla",
            "--moe",
            "--nccl",
            "--deepep"),
        "beside --steps");
    new StepCalibration(fits, steps, name("an engine"))
        .run(output, spec.commandLine().getOut(), spec.commandLine().getErr());
    return Exit.OK;
  }

  /** An option that would change nothing is a mistake. */
  private void refuse(List<String> options, String when) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw Failure.usage("%s says nothing %s: leave it out".formatted(option, when));
      }
    }
  }

  private int device(String base) {
    if (units < 1) {
      throw Failure.usage("--units %d: write a number from 1".formatted(units));
    }
    List<TableOptions.Transfers> transfers = tables.transfers();
    if (transfers.isEmpty() != (network == null)) {
      throw Failure.usage(
          "give --nccl CSV or --deepep CSV, and --network TEXT together: the table, and the network"
              + " that it is of");
    }
    String called = name("a device");
    if (called.equals(base)) {
      throw Failure.usage(
          "device %s cannot be made of itself; name the new one with --name".formatted(base));
    }
    OutputFile written = new OutputFile("--output", "device", output);
    List<Path> inputs = new ArrayList<>(tables.files());
    Optional.ofNullable(file).ifPresent(inputs::add);
    written.check(inputs);
    String imported = imported();
    DeclaredDevice device = DeclaredDevice.find("--of", base, file);
    Calibration calibration = new Calibration(units);
    List<String> sources = new ArrayList<>();
    for (TableOptions.Table table : tables.read()) {
      sources.add(source(table.file(), table.rows().size()));
      fit(table, device, calibration);
    }
    device.in("bf16").ifPresent(calibration::pointWise);
    transfers.forEach(table -> sources.add(source(table.file(), table.rows().size())));
    Optional<ClusterText> nodes = nodes(transfers);
    String text =
        DeviceText.of(called, base, imported, sources, calibration)
            + nodes.map(found -> clusterText(found, called)).orElse("");
    if (nodes.isPresent()) {
      DeclaredDevice.check(output, called, text);
    }
    written.write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    print(calibration);
    nodes.ifPresent(this::print);
    return Exit.OK;
  }

  private static Optional<ClusterText> nodes(List<TableOptions.Transfers> tables) {
    return tables.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ClusterText(
                tables.stream()
                    .map(table -> table.file().toString())
                    .collect(Collectors.joining(", ")),
                tables.stream().flatMap(table -> table.rows().stream()).toList()));
  }

  private String clusterText(ClusterText nodes, String device) {
    String called = cluster == null ? device + "_node" : cluster;
    if (!NAME.matcher(called).matches()) {
      throw Failure.usage(
          "--cluster %s: write letters, digits and _, not a digit first".formatted(called));
    }
    return nodes.of(called, device, String.valueOf(network), between);
  }

  private void print(ClusterText nodes) {
    PrintWriter out = spec.commandLine().getOut();
    Table table = Table.firstToTheLeft();
    nodes.lines().forEach(table::row);
    out.print(table.textBehind());
    nodes.leftOut().forEach(what -> spec.commandLine().getErr().println("heddle: " + what));
  }

  private static void fit(
      TableOptions.Table table, DeclaredDevice device, Calibration calibration) {
    boolean any = false;
    for (Map.Entry<String, List<MeasuredRow>> rows : table.byFormat().entrySet()) {
      String format = rows.getKey();
      Optional<Device> inFormat = device.in(format);
      if (inFormat.isEmpty()) {
        calibration.leaveOut(
            "%s: %,d rows of %s: device %s states no peak for it"
                .formatted(table.file(), rows.getValue().size(), format, device.name()));
        continue;
      }
      any = true;
      String name = table.file().toString();
      switch (table.kind()) {
        case gemm -> calibration.products(name, format, inFormat.get(), rows.getValue());
        case attention -> calibration.attention(name, format, inFormat.get(), rows.getValue());
        case decode -> calibration.decode(name, format, inFormat.get(), rows.getValue());
        case mla -> calibration.latentDecode(name, format, inFormat.get(), rows.getValue());
        case moe -> calibration.experts(name, format, inFormat.get(), rows.getValue());
      }
    }
    if (!any) {
      throw Failure.wrongInput(
          table.file()
              + ": no rows in a format of which device "
              + device.name()
              + " states a peak");
    }
  }

  private String source(Path table, int rows) {
    return "%s (%,d rows%s)"
        .formatted(table.getFileName(), rows, tables.device().map(" of "::concat).orElse(""));
  }

  /** The name of what is written, which is a device or an engine. */
  private String name(String what) {
    String given = name;
    if (given == null) {
      Path fileName = output.getFileName();
      given = fileName == null ? "" : fileName.toString().replaceFirst("\\.tfm$", "");
    }
    if (!NAME.matcher(given).matches()) {
      throw Failure.usage(
          "`%s` cannot be the name of %s; name it with --name: letters, digits and _"
              .formatted(given, what));
    }
    return given;
  }

  /** The file of the base as an import of the written file names it. */
  private String imported() {
    if (file == null) {
      return DeclaredDevice.LIBRARY;
    }
    Path folder = output.toAbsolutePath().normalize().getParent();
    Path declares = file.toAbsolutePath().normalize();
    if (folder == null || !declares.startsWith(folder)) {
      throw Failure.usage(
          "--file %s: is not below the folder of --output, which imports it".formatted(file));
    }
    return folder.relativize(declares).toString().replace('\\', '/');
  }

  private void print(Calibration calibration) {
    PrintWriter out = spec.commandLine().getOut();
    Table table = Table.firstToTheLeft();
    if (calibration.lines().isEmpty()) {
      return;
    }
    calibration.lines().forEach(line -> table.row(List.of(line.name(), line.summary())));
    out.print(table.textBehind());
    calibration.leftOut().forEach(what -> spec.commandLine().getErr().println("heddle: " + what));
  }
}
