package io.heddle.cli.option;

import io.heddle.cli.convert.ImportedModel;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where an imported specification goes, and what its model is called. */
public final class ImportOutput {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The .tfm file to write (default: standard output).")
  private @Nullable Path output;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the model (default: the file name of --output, else its type).")
  private @Nullable String name;

  /** Checks what can be known before there is anything to write. */
  public void check(List<Path> inputs) {
    if (output != null) {
      file(output).check(inputs);
    }
    if (name != null && !NAME.matcher(name).matches()) {
      throw Failure.usage(
          "--name %s: write letters, digits and _, not a digit first".formatted(name));
    }
  }

  private static OutputFile file(Path output) {
    return new OutputFile("--output", "specification", output);
  }

  /** The name that the model is given; empty where it is to have that of its type. */
  public String name() {
    if (name != null) {
      return name;
    }
    Path fileName = output == null ? null : output.getFileName();
    String stem =
        fileName == null
            ? ""
            : fileName.toString().replaceFirst("\\.[^.]*$", "").replaceAll("[^A-Za-z0-9_]", "_");
    return NAME.matcher(stem).matches() ? stem : "";
  }

  /** Writes the file, and prints what it holds and what it leaves out. */
  public void write(ImportedModel model, CommandLine command) {
    model.notes().forEach(note -> command.getErr().println("heddle: left out: " + note));
    if (output == null) {
      command.getOut().print(model.text());
      return;
    }
    file(output).write(out -> out.write(model.text().getBytes(StandardCharsets.UTF_8)));
    command
        .getOut()
        .print(
            "%s: model %s, %,d parameters, %,d layers\n"
                .formatted(output, model.model(), model.parameters(), model.layers()));
  }
}
