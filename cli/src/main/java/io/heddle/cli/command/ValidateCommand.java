package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.measure.DeclaredDevice;
import io.heddle.cli.measure.MeasuredRow;
import io.heddle.cli.measure.TableErrors;
import io.heddle.cli.option.TableOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.ValidationOutput;
import io.heddle.plan.Device;
import io.heddle.runtime.cost.KernelTimes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the figures of a device with measurements. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compare the times of a device's kernels with tables of measured ones, by size class.",
      "",
      "An error is predicted over measured, less 1. Rows in formats of which the device states no"
          + " peak are named, not scored.",
      ""
    })
public final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private TableOptions tables = new TableOptions();

  @Option(
      names = "--device",
      required = true,
      paramLabel = "NAME",
      description = "The device whose figures are compared.")
  private String name = "";

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "The .tfm file that declares the device (default: the library).")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
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
