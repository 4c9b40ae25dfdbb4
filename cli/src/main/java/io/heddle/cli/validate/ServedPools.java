package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.runtime.mode.Mode;
import java.util.List;

/**
 * A point of a serving benchmark on two pools: replicas that take in prompts, and others that draw
 * the tokens behind the first. The benchmark is a closed loop of C requests. With n output tokens,
 * d the time of a token of a replica that draws, a step over the tokens that it yields, p that of a
 * prefill, s what one of several takes that fill a step, P replicas that take in prompts, and r
 * what a request takes before,
 *
 * <pre>
 * TPOT = d                                            no prefill comes between
 * ρ    = C s / (P (r + p + h + n d))                  the share of time that goes for prefills
 * wait = s min(ρ / (2 (1 − ρ)), (C / P − 1) / 2)      a queue as in M/D/1
 * TTFT = max(r + p + h + w s (C / P − 1) / 2 + (1 − w) wait, C s / P − (n − 1) d)
 * </pre>
 *
 * where the share w of all requests comes at once, in the beginning. The second of the two is what
 * is left of a request's time where prefills are what all wait for. Of h, the way from one pool to
 * the other, a part is what the engine takes for a request whose prompt is computed ({@code request
 * (handover)}), then the cache travels. The rest are steps of the replica that goes on: half of one
 * is left when the request comes, half of one when its cache has come, and the next one draws.
 *
 * @param decode a step of a replica's sequences, each with half of its output
 * @param full a step with as many prompts as it takes in
 * @param transfer of the cache of a prompt
 * @param yielded tokens of a sequence that a step yields, 1 where nothing is guessed
 * @param prompts of such a step
 * @param concurrency C
 * @param prefills P
 * @param outputs n
 * @param atOnce w
 * @param assumed what the row leaves open, and what was taken for it
 */
record ServedPools(
    TimedRow decode,
    TimedRow prefill,
    TimedRow full,
    CacheTransfer transfer,
    double yielded,
    double prompts,
    double concurrency,
    double prefills,
    double outputs,
    double atOnce,
    List<String> assumed)
    implements ServedTimes {
  ServedPools {
    assumed = List.copyOf(assumed);
  }

  @Override
  public double seconds(Engine engine, Mode mode) throws CannotSayException {
    return decode.pace(engine, mode).period() / yielded;
  }

  @Override
  public Times times(Engine engine, Mode mode) throws CannotSayException {
    Pace steps = decode.pace(engine, mode);
    double step = steps.period() / yielded;
    double first =
        ServedTimes.before(engine)
            + prefill.seconds(engine, mode)
            + ServedTimes.handover(engine)
            + transfer.seconds()
            + steps.interval()
            + steps.seconds();
    double each = full.pace(engine, mode).interval() / prompts;
    double others = Math.max(0, (concurrency / prefills - 1) / 2);
    double busy = Math.min(1, concurrency * each / prefills / (first + outputs * step));
    double queue = ServedTimes.queue(busy, others);
    double waits = each * (atOnce * others + (1 - atOnce) * queue);
    double allWait = concurrency * each / prefills - (outputs - 1) * step;
    return new Times(Math.max(first + waits, allWait), step);
  }
}
