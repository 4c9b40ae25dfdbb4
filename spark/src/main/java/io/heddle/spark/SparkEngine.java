package io.heddle.spark;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.sweep.Swept;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** Runs batches as the tasks of a Spark job; results come as soon as their task has ended. */
final class SparkEngine implements BatchEngine {
  private static final int LOOK_MILLIS = 50;

  /** How Spark says that a task failed as often as {@code spark.task.maxFailures} allows. */
  private static final Pattern LOST =
      Pattern.compile("Task (\\d+) in stage \\S+ failed \\d+ times, most recent failure: (.*)");

  private final JavaSparkContext context;
  private final SweepJob job;
  private final Interruption interruption = Interruption.watch();

  private SparkEngine(JavaSparkContext context, SweepJob job) {
    this.context = context;
    this.job = job;
  }

  /**
   * Opens engines.
   *
   * @param arguments of the command {@code sweep}
   */
  static Function<Swept, BatchEngine> opener(List<String> arguments) {
    return swept ->
        new SparkEngine(context(), new SweepJob(arguments, swept.specification().sourceTexts()));
  }

  private static JavaSparkContext context() {
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "heddle sweep");
    if (!conf.contains("spark.master")) {
      throw Failure.environment(
          "no Spark master; start with `spark-submit --master URL heddle-spark.jar sweep …`");
    }
    try {
      return new JavaSparkContext(conf);
    } catch (RuntimeException e) {
      throw Failure.environment("Spark does not start: " + e.getMessage());
    }
  }

  @Override
  public int atOnce() {
    return context.sc().isStopped() ? 1 : context.defaultParallelism();
  }

  @Override
  public void run(List<long[]> batches, Listener listener) throws LostBatchException {
    try {
      submit(batches, listener);
    } catch (IllegalStateException e) {
      if (context.sc().isStopped()) {
        throw interruption.requested()
            ? interrupted()
            : Failure.environment("Spark has stopped, see its messages; the same command goes on");
      }
      throw e;
    }
  }

  private void submit(List<long[]> batches, Listener listener) throws LostBatchException {
    JavaRDD<long[]> tasks = context.parallelize(batches, batches.size());
    SimpleFutureAction<BoxedUnit> action =
        context
            .sc()
            .submitJob(
                tasks.rdd(),
                job,
                CollectionConverters.asScala(
                        IntStream.range(0, batches.size()).mapToObj(Object.class::cast).toList())
                    .toSeq(),
                (batch, lines) -> {
                  listener.finished((Integer) batch, List.of(lines));
                  return BoxedUnit.UNIT;
                },
                () -> BoxedUnit.UNIT);
    await(action);
    Try<BoxedUnit> outcome = action.value().get();
    if (outcome.isFailure()) {
      throw explained(outcome.failed().get());
    }
  }

  private void await(SimpleFutureAction<BoxedUnit> action) {
    try {
      while (!action.isCompleted()) {
        if (interruption.requested()) {
          action.cancel();
          throw interrupted();
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      action.cancel();
      throw interrupted();
    }
  }

  private static Failure interrupted() {
    return Failure.environment("interrupted; the same command goes on");
  }

  private LostBatchException explained(Throwable thrown) {
    if (interruption.requested()) {
      throw interrupted();
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof Failure failure) {
        // What the listener met, such as a full disk.
        throw failure;
      }
    }
    Matcher lost = LOST.matcher(String.valueOf(thrown.getMessage()));
    if (thrown instanceof SparkException && lost.find()) {
      return new LostBatchException(Integer.parseInt(lost.group(1)), lost.group(2));
    }
    throw Failure.environment("Spark gave up: " + thrown.getMessage());
  }

  @Override
  public void close() {
    context.close();
    interruption.close();
  }
}
