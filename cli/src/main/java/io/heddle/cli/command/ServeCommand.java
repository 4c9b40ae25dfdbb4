package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.Version;
import io.heddle.cli.serve.PageServer;
import io.heddle.cli.serve.PageServer.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves a page that shows a specification beside what comes of it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Serve a local page: edit a specification and see the step of a plan as you type.",
      "",
      "Prints the address of the page, which holds a secret token: whoever has it can read and"
          + " write the specifications of the folder. Only this machine can reach the page unless"
          + " --host says otherwise. Press Ctrl-C to end it.",
      ""
    })
public final class ServeCommand implements Callable<Integer> {
  private static final int MOST_PORT = 65_535;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = ".",
      description = "Folder to open, or a specification in it (default: ${DEFAULT-VALUE}).")
  private Path path = Path.of(".");

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = {
        "Address to listen on (default: ${DEFAULT-VALUE}). With any but a loopback address,"
            + " other machines can reach the page, over an unencrypted connection."
      })
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port to listen on (default: a free one).")
  private int port;

  @Override
  public Integer call() {
    if (port < 0 || port > MOST_PORT) {
      throw Failure.usage("--port %d: is no port; there are 0 to 65535".formatted(port));
    }
    if (!Files.exists(path)) {
      throw Failure.environment(path + ": no such file or folder");
    }
    boolean isFolder = Files.isDirectory(path);
    Path absolute = path.toAbsolutePath().normalize();
    Path folder = isFolder || absolute.getParent() == null ? absolute : absolute.getParent();
    String file = isFolder ? "" : String.valueOf(absolute.getFileName());
    PrintWriter err = spec.commandLine().getErr();
    PrintWriter out = spec.commandLine().getOut();
    try (PageServer server =
        PageServer.start(
            new Settings(folder, file, host.toLowerCase(Locale.ROOT), port, Version.number()),
            message -> {
              err.println("heddle serve: " + message);
              err.flush();
            })) {
      out.println(server.address());
      out.flush();
      server.await();
      return Exit.OK;
    } catch (IOException e) {
      throw Failure.environment(
          "cannot serve %s at %s: %s".formatted(folder, host, Explained.cause(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.OK;
    }
  }
}
