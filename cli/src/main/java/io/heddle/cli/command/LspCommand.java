package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.lsp.LspServer;
import io.heddle.cli.option.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves editors. */
@Command(
    name = "lsp",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Run a language server (LSP) for editors on standard input and output.", ""})
public final class LspCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--stdio", description = "Accepted for editors that pass it; it is the default.")
  void stdio(boolean unused) {
    // There is no other way.
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    InputStream in = System.in;
    PrintStream out = System.out;
    // What is printed by mistake must not come between messages.
    System.setOut(System.err);
    try {
      boolean ended =
          LspServer.serve(
              in,
              out,
              Version.number(),
              message -> {
                err.println("heddle lsp: " + message);
                err.flush();
              });
      if (!ended) {
        err.println("heddle lsp: the editor went without saying so");
      }
      return ended ? Exit.OK : Exit.WRONG_INPUT;
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    } finally {
      System.setOut(out);
    }
  }
}
