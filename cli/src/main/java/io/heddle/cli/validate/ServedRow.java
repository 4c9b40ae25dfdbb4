package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.runtime.mode.Mode;
import java.util.List;

/**
 * A point of a serving benchmark as two plans: a step that makes a token for each sequence of a
 * replica, and the prefill of one request. The benchmark is a closed loop: each of C requests of a
 * replica is followed by the next. With n output tokens, d the time of a step, which yields y
 * tokens of a sequence, p that of a prefill, which no step runs beside, and r what a request takes
 * before,
 *
 * <pre>
 * TPOT = d/y + p/n (w (C − 1) / 2 + (1 − w) C)      prefills while a request makes n tokens
 * ρ    = p C / (n TPOT)                           the share of time that goes for prefills
 * wait = d / 2 + p min(ρ / (2 (1 − ρ)), (C − 1) / 2)   the rest of a step, and a queue as in M/D/1
 * TTFT = r + w p (C + 1) / 2 + (1 − w) (wait + h d + d + p)   tokens of others come in the same step
 * </pre>
 *
 * where the share w of all requests comes at once, in the beginning, and the scheduler holds others
 * back for h steps.
 *
 * <p>On a pipeline each stage has a batch of C over as many requests, and d is from step to step of
 * one. What is from batch to batch counts for d where a request waits, and for p where it waits for
 * prefills of others; its own prefill, and the step behind, go through all stages.
 *
 * @param decode a step of C sequences, each with half of its output
 * @param yielded y, 1 where nothing is guessed
 * @param concurrency C, requests of a replica
 * @param outputs n, tokens that a request makes
 * @param atOnce w
 * @param held h
 * @param assumed what the row leaves open, and what was taken for it
 */
record ServedRow(
    TimedRow decode,
    TimedRow prefill,
    double yielded,
    double concurrency,
    double outputs,
    double atOnce,
    long held,
    List<String> assumed)
    implements ServedTimes {
  ServedRow {
    assumed = List.copyOf(assumed);
  }

  @Override
  public double seconds(Engine engine, Mode mode) throws CannotSayException {
    return times(engine, mode).perToken();
  }

  @Override
  public Times times(Engine engine, Mode mode) throws CannotSayException {
    Pace steps = decode.pace(engine, mode);
    Pace prompts = prefill.pace(engine, mode);
    double each = prompts.interval();
    double others = (concurrency - 1) / 2;
    double perToken =
        steps.period() / yielded + each / outputs * (atOnce * others + (1 - atOnce) * concurrency);
    double busy = Math.min(1, each * concurrency / (outputs * perToken));
    double wait = steps.interval() * (0.5 + held) + each * ServedTimes.queue(busy, others);
    double toFirst =
        ServedTimes.before(engine)
            + atOnce * (prompts.seconds() + each * others)
            + (1 - atOnce) * (wait + steps.seconds() + prompts.seconds());
    return new Times(toFirst, perToken);
  }
}
