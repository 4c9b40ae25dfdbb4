package io.heddle.cli;

import io.heddle.cli.command.CacheCommand;
import io.heddle.cli.command.CalibrateCommand;
import io.heddle.cli.command.CheckCommand;
import io.heddle.cli.command.CompareCommand;
import io.heddle.cli.command.EmitCommand;
import io.heddle.cli.command.ExpandCommand;
import io.heddle.cli.command.ExplainCommand;
import io.heddle.cli.command.ExportCommand;
import io.heddle.cli.command.FmtCommand;
import io.heddle.cli.command.GraphCommand;
import io.heddle.cli.command.ImportCommand;
import io.heddle.cli.command.InspectCommand;
import io.heddle.cli.command.LoadCommand;
import io.heddle.cli.command.LspCommand;
import io.heddle.cli.command.MemoryCommand;
import io.heddle.cli.command.ResultsCommand;
import io.heddle.cli.command.RunCommand;
import io.heddle.cli.command.SearchCommand;
import io.heddle.cli.command.ServeCommand;
import io.heddle.cli.command.SimulateCommand;
import io.heddle.cli.command.SweepCommand;
import io.heddle.cli.command.ValidateCommand;
import io.heddle.cli.command.VerifyCommand;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.FaultTrace;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.option.Version;
import io.heddle.processor.diagnose.Spelling;
import java.io.FileDescriptor;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code heddle}. */
@Command(
    name = "heddle",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Compile transformer specifications into Chakra traces, and simulate steps of training and"
            + " inference.",
    subcommands = {
      RunCommand.class,
      CompareCommand.class,
      EmitCommand.class,
      ExpandCommand.class,
      ExplainCommand.class,
      MemoryCommand.class,
      GraphCommand.class,
      CheckCommand.class,
      FmtCommand.class,
      SimulateCommand.class,
      SweepCommand.class,
      ResultsCommand.class,
      SearchCommand.class,
      LoadCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      VerifyCommand.class,
      CalibrateCommand.class,
      ValidateCommand.class,
      InspectCommand.class,
      CacheCommand.class,
      LspCommand.class,
      ServeCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a file has errors, or the simulation did not finish",
      "2:the command line is wrong",
      "3:a problem with files, memory or the Java installation",
      "70:an internal error of Heddle"
    },
    footer = {"", "Run `heddle COMMAND --help` for the options of a command."})
public final class Heddle implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    int exit = run(CommandLine.defaultFactory(), arguments);
    Interruption.awaitSignal();
    System.exit(exit);
  }

  /**
   * Runs the command line with the streams of the process.
   *
   * @param factory makes the commands
   * @return exit code
   */
  public static int run(IFactory factory, String... arguments) {
    StandardStream standardOutput = new StandardStream(FileDescriptor.out);
    PrintWriter out = standardOutput.writer();
    PrintWriter err = new StandardStream(FileDescriptor.err).writer();
    int exit = execute(factory, out, err, FaultTrace.isWanted(), arguments);
    if (exit == Exit.OK && standardOutput.failure().isPresent()) {
      err.println("heddle: cannot write the output: " + standardOutput.failure().get());
      exit = Exit.ENVIRONMENT;
    }
    err.flush();
    Interruption.told();
    return exit;
  }

  /**
   * Runs a command line.
   *
   * @param out receives the command's output and nothing else
   * @param err receives all messages
   * @param debug whether a fault shows its stack trace
   * @return exit code
   */
  static int execute(PrintWriter out, PrintWriter err, boolean debug, String... arguments) {
    return execute(CommandLine.defaultFactory(), out, err, debug, arguments);
  }

  private static int execute(
      IFactory factory, PrintWriter out, PrintWriter err, boolean debug, String... arguments) {
    // Figures and files are the same wherever they are written.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    HeardWriter output = new HeardWriter(out);
    HeardWriter messages = new HeardWriter(err);
    int exit = executeCommand(factory, output.writer(), messages.writer(), debug, arguments);
    if (exit != Exit.OK && !output.heard() && !messages.heard()) {
      Explained silent =
          Explained.fault(
              "it ended with exit code " + exit + " and said nothing", Version.number());
      err.println("heddle: " + silent.message());
      exit = silent.exit();
    }
    out.flush();
    err.flush();
    return exit;
  }

  private static int executeCommand(
      IFactory factory, PrintWriter out, PrintWriter err, boolean debug, String... arguments) {
    CommandLine line =
        commandLine(factory, arguments)
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setParameterExceptionHandler(Heddle::explainUsage)
            .setExecutionExceptionHandler((thrown, unused, parsed) -> explain(thrown, err, debug));
    CommandLine imports = line.getSubcommands().get("import");
    if (imports != null) {
      // Arguments of another program begin as options do.
      imports.getSubcommands().get("megatron").setUnmatchedOptionsArePositionalParams(true);
    }
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return explain(e, err, debug);
    }
  }

  /**
   * Where the first argument names a command, it alone is made: to read the options of all of them
   * takes longer than a check.
   */
  private static CommandLine commandLine(IFactory factory, String... arguments) {
    for (Class<?> command : Heddle.class.getAnnotation(Command.class).subcommands()) {
      if (arguments.length > 0
          && command.getAnnotation(Command.class).name().equals(arguments[0])) {
        return new CommandLine(new WithoutCommands(), factory).addSubcommand(command);
      }
    }
    return new CommandLine(new Heddle(), factory);
  }

  /** Is the command {@code heddle} to a command below it. */
  @Command(name = "heddle")
  private static final class WithoutCommands implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("the command below it runs");
    }
  }

  private static int explainUsage(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched && isUnknownCommand(line, unmatched)) {
      line.getErr()
          .println(
              "%s: unknown command '%s'; there are %s%s"
                  .formatted(
                      name,
                      unmatched.getUnmatched().get(0),
                      String.join(", ", line.getSubcommands().keySet()),
                      Spelling.hint(
                          unmatched.getUnmatched().get(0), line.getSubcommands().keySet())));
      return Exit.USAGE;
    }
    // An option that is not known may be why another seems to be missing.
    if (!(e instanceof UnmatchedArgumentException)) {
      line.getUnmatchedArguments()
          .forEach(unknown -> line.getErr().println(name + ": Unknown: '" + unknown + "'"));
    }
    line.getErr().println(name + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, line.getErr());
    line.getErr().println("Try `" + name + " --help`.");
    return Exit.USAGE;
  }

  private static boolean isUnknownCommand(CommandLine line, UnmatchedArgumentException unmatched) {
    return !line.getSubcommands().isEmpty() && !unmatched.getUnmatched().get(0).startsWith("-");
  }

  private static int explain(Throwable thrown, PrintWriter err, boolean debug) {
    Explained explained = Explained.of(thrown, Version.number());
    err.println("heddle: " + explained.message());
    if (debug) {
      thrown.printStackTrace(err);
    }
    return explained.exit();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
