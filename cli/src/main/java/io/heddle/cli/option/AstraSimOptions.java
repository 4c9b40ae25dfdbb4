package io.heddle.cli.option;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.runtime.astrasim.process.AstraSim;
import io.heddle.runtime.astrasim.process.AstraSimBinary;
import io.heddle.runtime.astrasim.process.WorkFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How AstraSim is run, where it is asked for. */
public final class AstraSimOptions {
  /** Names the program where the command line does not. */
  public static final String VARIABLE = "HEDDLE_ASTRASIM";

  private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

  @Option(
      names = "--astrasim",
      paramLabel = "PATH",
      description =
          "AstraSim's program, for --backend astrasim (default: the value of HEDDLE_ASTRASIM).")
  private @Nullable Path binary;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "Stop AstraSim after this time, such as 90s, 15m or 8h (default: 1h).")
  private @Nullable Duration timeout;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Run AstraSim in this new folder, and keep its files.")
  private @Nullable Path keep;

  /**
   * Checks that no option is given without effect.
   *
   * @throws ParameterException if one is
   */
  public void check(BackendName backend, CommandSpec spec) {
    if (keep != null) {
      GivenPath.check("--keep", keep, spec);
    }
    if (binary != null) {
      GivenPath.check("--astrasim", binary, spec);
    }
    if (backend != BackendName.ASTRASIM && (binary != null || timeout != null || keep != null)) {
      throw new ParameterException(
          spec.commandLine(), "--astrasim, --timeout and --keep are for --backend astrasim");
    }
  }

  /**
   * AstraSim as it is to be run.
   *
   * @throws Failure if nobody says where it is
   */
  public AstraSim astraSim() {
    return new AstraSim(binary(), timeout == null ? DEFAULT_TIMEOUT : timeout);
  }

  /** Whether AstraSim's folder stays when the command has ended. */
  public boolean keepsFolder() {
    return keep != null;
  }

  /**
   * AstraSim's program.
   *
   * @throws Failure if nobody says where it is
   */
  public AstraSimBinary binary() {
    Path program = binary;
    String variable = System.getenv(VARIABLE);
    if (program == null && variable != null && !variable.isEmpty()) {
      program = Path.of(variable);
    }
    if (program == null) {
      throw Failure.usage(
          "--backend astrasim needs AstraSim: --astrasim PATH or the variable "
              + VARIABLE
              + " names its program");
    }
    return new AstraSimBinary(program);
  }

  /**
   * The folder that AstraSim is to be started in.
   *
   * @throws Failure if it cannot be made
   */
  public WorkFolder folder() {
    try {
      return keep == null ? WorkFolder.temporary() : WorkFolder.kept(keep);
    } catch (FileAlreadyExistsException e) {
      throw Failure.environment("--keep " + e.getFile() + ": is there already; name a new folder");
    } catch (IOException e) {
      throw Failure.environment("cannot make a folder for AstraSim: " + Explained.reason(e));
    }
  }
}
