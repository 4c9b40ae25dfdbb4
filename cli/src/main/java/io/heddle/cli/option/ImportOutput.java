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

/** Where an imported specification goes, and what its model or load is called. */
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
      description =
          "Name of the model or load (default: the file name of --output, else the type of the"
              + " model, or the file name of the table).")
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
    return name != null ? name : named(output);
  }

  /** The name that a file is to give; empty where its name is none. */
  public static String named(@Nullable Path file) {
    Path fileName = file == null ? null : file.getFileName();
    String stem =
        fileName == null
            ? ""
            : fileName.toString().replaceFirst("\\.[^.]*$", "").replaceAll("[^A-Za-z0-9_]", "_");
    return NAME.matcher(stem).matches() ? stem : "";
  }

  /** Writes the file, and prints what it holds and what it leaves out. */
  public void write(ImportedModel model, CommandLine command) {
    model.notes().forEach(note -> command.getErr().println("heddle: left out: " + note));
    write(
        model.text(),
        "model %s, %,d parameters, %,d layers"
            .formatted(model.model(), model.parameters(), model.layers()),
        command);
  }

  /** Writes the file, and prints what it holds; prints the text itself where it goes to no file. */
  public void write(String text, String held, CommandLine command) {
    if (output == null) {
      command.getOut().print(text);
      return;
    }
    file(output).write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    command.getOut().print("%s: %s\n".formatted(output, held));
  }
}
