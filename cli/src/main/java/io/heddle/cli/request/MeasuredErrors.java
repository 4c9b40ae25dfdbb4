package io.heddle.cli.request;

import io.heddle.runtime.serving.Distribution;
import io.heddle.runtime.serving.LoadResult;
import java.util.List;
import java.util.stream.IntStream;

/** How far simulated times of requests are from measured ones. */
final class MeasuredErrors {
  private MeasuredErrors() {}

  /**
   * Of one figure; seconds.
   *
   * @param name of the figure
   */
  record Figure(String name, double measured, double simulated) {
    /** What the simulated one exceeds the measured one by, as a share of it. */
    double share() {
      return simulated / measured - 1;
    }
  }

  /** The errors of means and ninth deciles. */
  static List<Figure> of(LoadResult result, MeasuredTimes measured) {
    int[] answered =
        IntStream.range(0, result.requests().size()).filter(result::isAnswered).toArray();
    Distribution ttft = of(answered, i -> measured.ttft()[i]);
    Distribution ttftOfRun = of(answered, result::ttft);
    Distribution endToEnd = of(answered, i -> measured.endToEnd()[i]);
    Distribution endToEndOfRun = of(answered, result::endToEnd);
    int[] several = IntStream.of(answered).filter(i -> result.requests().output(i) > 1).toArray();
    Distribution tpot =
        of(
            several,
            i -> (measured.endToEnd()[i] - measured.ttft()[i]) / (result.requests().output(i) - 1));
    Distribution tpotOfRun = of(several, result::tpot);
    return List.of(
        new Figure("time to first token, mean", ttft.mean(), ttftOfRun.mean()),
        new Figure("time to first token, p90", ttft.p90(), ttftOfRun.p90()),
        new Figure("time per output token, mean", tpot.mean(), tpotOfRun.mean()),
        new Figure("time per output token, p90", tpot.p90(), tpotOfRun.p90()),
        new Figure("end to end, mean", endToEnd.mean(), endToEndOfRun.mean()),
        new Figure("end to end, p90", endToEnd.p90(), endToEndOfRun.p90()));
  }

  private static Distribution of(int[] requests, java.util.function.IntToDoubleFunction time) {
    return Distribution.of(IntStream.of(requests).mapToDouble(time).toArray());
  }
}
