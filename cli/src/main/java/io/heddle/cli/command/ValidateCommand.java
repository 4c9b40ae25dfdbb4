package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.measure.DeclaredDevice;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.cli.measure.TableErrors;
import io.heddle.cli.measure.TransferRow;
import io.heddle.cli.option.ModeOption;
import io.heddle.cli.option.TableOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.ValidationOutput;
import io.heddle.cli.validate.AccuracyPage;
import io.heddle.cli.validate.StepPrediction;
import io.heddle.cli.validate.StepValidation;
import io.heddle.cli.validate.StepValidationOutput;
import io.heddle.cli.validate.ValidationPage;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.cost.TransferTimes;
import io.heddle.runtime.mode.Mode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares predicted times with measured ones: of kernels, or of whole steps. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compare predictions with published training steps or serving benchmarks or, with"
          + " --device, kernel times of a device with tables of measured kernels.",
      "",
      "Prints errors by class; an error is predicted / measured - 1. Rows that cannot be"
          + " predicted, and rows that the table excludes, are listed with the reason and not"
          + " scored.",
      ""
    })
public final class ValidateCommand implements Callable<Integer> {
  private static final List<String> OF_STEPS =
      List.of("--map", "--mode", "--csv", "--page", "--report", "--show", "--families");

  private static final List<String> OF_KERNELS =
      List.of(
          "--file",
          "--gemm",
          "--attention",
          "--decode",
          "--mla",
          "--moe",
          "--nccl",
          "--deepep",
          "--rows");

  @Spec private CommandSpec spec;

  @Mixin private TableOptions tables = new TableOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "CSV",
      description = "Table of published training steps or serving benchmarks.")
  private @Nullable Path steps;

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description =
          "Mapping of rows to plans (default: std/validate.map or std/serving.map of the"
              + " library).")
  private @Nullable Path map;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = ModeOption.Converter.class,
      completionCandidates = ModeOption.Candidates.class,
      description =
          "How much of a step to simulate: ${COMPLETION-CANDIDATES} (default: analytical).")
  private Mode mode = Mode.ANALYTICAL;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Write every row with its prediction and assumptions, or the reason why there is none.")
  private @Nullable Path csv;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description =
          "Replace the part of a Markdown page between the marks by the tables of errors.")
  private @Nullable Path page;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the rows and their errors as one HTML page.")
  private @Nullable Path report;

  @Option(
      names = "--show",
      paramLabel = "ROW",
      description = "Print the plan of one row, by its row_id, and predict nothing.")
  private @Nullable String shown;

  @Option(names = "--families", description = "Print the errors of each family, too.")
  private boolean families;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Device to compare with measured kernels.")
  private @Nullable String name;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "The .tfm file that declares the device (default: the library).")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Path table = steps;
    String device = name;
    if ((table == null) == (device == null)) {
      throw Failure.usage(
          "name either a table of training steps, or a device with --device and tables of its"
              + " kernels");
    }
    refuse(table != null ? OF_KERNELS : OF_STEPS, table != null ? "a table of steps" : "--device");
    return table != null ? steps(table) : kernels(String.valueOf(device));
  }

  /** An option that would change nothing is a mistake. */
  private void refuse(List<String> options, String beside) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw Failure.usage("%s says nothing beside %s: leave it out".formatted(option, beside));
      }
    }
  }

  private int steps(Path table) {
    if (shown != null) {
      spec.commandLine().getOut().print(StepValidation.planOf(table, map, shown));
      return Exit.OK;
    }
    List<Path> inputs = new ArrayList<>(List.of(table));
    Optional.ofNullable(map).ifPresent(inputs::add);
    Optional<OutputFile> csvFile = output("--csv", "rows", csv, inputs);
    Optional<OutputFile> reportFile = output("--report", "report", report, inputs);
    Optional<OutputFile> pageFile = output("--page", "page", page, inputs);
    OutputFile.checkThatAllDiffer(
        Stream.of(csvFile, reportFile, pageFile).flatMap(Optional::stream).toList());
    Optional<AccuracyPage> accuracy =
        pageFile.map(
            file ->
                new AccuracyPage(
                    Objects.requireNonNull(page), file, StepValidation.isServing(table)));
    List<StepPrediction> rows =
        StepValidation.of(table, map, mode, Runtime.getRuntime().availableProcessors());
    csvFile.ifPresent(file -> write(file, StepValidationOutput.csv(rows)));
    reportFile.ifPresent(
        file ->
            write(
                file,
                new ValidationPage(
                        String.valueOf(table.getFileName()),
                        mode.toString(),
                        Version.number(),
                        rows)
                    .html()));
    accuracy.ifPresent(of -> of.write(rows));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      StepValidationOutput.print(out, mode.toString(), rows);
    } else {
      out.print(StepValidationOutput.text(rows, families));
    }
    return Exit.OK;
  }

  private static Optional<OutputFile> output(
      String option, String what, @Nullable Path path, List<Path> inputs) {
    Optional<OutputFile> file =
        Optional.ofNullable(path).map(given -> new OutputFile(option, what, given));
    file.ifPresent(given -> given.check(inputs));
    return file;
  }

  private static void write(OutputFile file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    file.write(to -> to.write(bytes));
  }

  private static void transfers(
      TableOptions.Transfers table,
      DeclaredDevice device,
      List<TableErrors.Line> lines,
      List<String> notScored) {
    List<NetworkDimension> network = device.network();
    if (network.isEmpty()) {
      notScored.add(
          "%s: %,d rows: no cluster of device %s has figures of a network"
              .formatted(table.file(), table.rows().size(), device.name()));
      return;
    }
    TransferTimes times = new TransferTimes(network);
    List<TransferRow> rows = new ArrayList<>();
    Map<String, Integer> without = new TreeMap<>();
    for (TransferRow row : table.rows()) {
      if (row.nanos(times) < 0) {
        without.merge(row.kind(), 1, Integer::sum);
      } else {
        rows.add(row);
      }
    }
    without.forEach(
        (kind, count) ->
            notScored.add(
                "%s: %,d rows of %s: its network has no figures of them"
                    .formatted(table.file(), count, kind)));
    lines.addAll(TableErrors.ofTransfers(table.name(), rows, times));
  }

  private int kernels(String name) {
    DeclaredDevice device = DeclaredDevice.find("--device", name, file);
    List<TableErrors.Line> lines = new ArrayList<>();
    List<String> notScored = new ArrayList<>();
    for (TableOptions.Table table : tables.read()) {
      Map<String, KernelTimes> times = new HashMap<>();
      List<MeasuredRow> rows = new ArrayList<>();
      for (Map.Entry<String, List<MeasuredRow>> format : table.byFormat().entrySet()) {
        Optional<Device> found = device.in(format.getKey());
        if (found.isPresent()) {
          times.put(format.getKey(), new KernelTimes(found.get()));
          rows.addAll(format.getValue());
        } else {
          notScored.add(
              "%s: %,d rows of %s: device %s states no peak for it"
                  .formatted(table.file(), format.getValue().size(), format.getKey(), name));
        }
      }
      lines.addAll(TableErrors.of(table.kind().name(), rows, times::get));
    }
    tables.transfers().forEach(table -> transfers(table, device, lines, notScored));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ValidationOutput.print(out, name, lines, notScored);
    } else {
      out.print(ValidationOutput.text(lines));
      notScored.forEach(what -> spec.commandLine().getErr().println("heddle: " + what));
    }
    if (lines.isEmpty()) {
      throw Failure.wrongInput("no row could be scored");
    }
    return Exit.OK;
  }
}
