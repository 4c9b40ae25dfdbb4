package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.EditedFile;
import io.heddle.cli.option.Version;
import io.heddle.cli.source.TextFile;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.syntax.format.FormattedText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Formats files. */
@Command(
    name = "fmt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Format specifications in place, and list those that changed.",
      "",
      "Keeps line breaks and comments. Does not change files with syntax errors.",
      ""
    })
public final class FmtCommand implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Specifications, .tfm files; `-` formats standard input to standard output.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--check",
      description = "Write nothing; list unformatted files, and exit with 1 if there are any.")
  private boolean check;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    int exit = Exit.OK;
    for (Path file : files) {
      try {
        exit = Math.max(exit, file.equals(STANDARD_INPUT) ? formatInput() : format(file));
      } catch (Failure failure) {
        err.println("heddle: " + failure.getMessage());
        exit = Math.max(exit, failure.exit());
      }
    }
    return exit;
  }

  private int formatInput() {
    String name = "standard input";
    String text = TextFile.read(System.in, name, "specification");
    Optional<String> formatted = formatted(new Source(name, text));
    if (formatted.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!check) {
      out.print(formatted.get());
    } else if (!formatted.get().equals(text)) {
      out.println(name);
      return Exit.WRONG_INPUT;
    }
    return Exit.OK;
  }

  private int format(Path file) {
    String text = TextFile.read(file, "specification");
    Optional<String> formatted = formatted(new Source(file.toString(), text));
    if (formatted.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    if (formatted.get().equals(text)) {
      return Exit.OK;
    }
    if (!check) {
      EditedFile.write(file, formatted.get());
    }
    spec.commandLine().getOut().println(file);
    return check ? Exit.WRONG_INPUT : Exit.OK;
  }

  private Optional<String> formatted(Source source) {
    Diagnostics findings = new Diagnostics();
    Optional<String> formatted = FormattedText.of(source, findings);
    spec.commandLine().getErr().print(Rendering.of(findings.all()));
    return formatted;
  }
}
