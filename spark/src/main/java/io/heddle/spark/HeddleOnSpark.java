package io.heddle.spark;

import io.heddle.cli.Heddle;
import io.heddle.cli.command.SweepCommand;
import io.heddle.cli.file.Interruption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * The command {@code heddle}, of which {@code sweep} runs its points on the executors of a cluster:
 * {@code spark-submit --master URL heddle-spark.jar sweep FILE --output FOLDER}.
 */
public final class HeddleOnSpark {
  private HeddleOnSpark() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    int exit = run(arguments);
    Interruption.awaitSignal();
    System.exit(exit);
  }

  /**
   * Runs the command line.
   *
   * @return exit code
   */
  static int run(String... arguments) {
    List<String> ofSweep =
        Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    IFactory usual = CommandLine.defaultFactory();
    IFactory factory =
        new IFactory() {
          @Override
          public <K> K create(Class<K> kind) throws Exception {
            return kind == SweepCommand.class
                ? kind.cast(
                    new SweepCommand(Optional.of(new BatchedRun(SparkEngine.opener(ofSweep)))))
                : usual.create(kind);
          }
        };
    return Heddle.run(factory, arguments);
  }
}
