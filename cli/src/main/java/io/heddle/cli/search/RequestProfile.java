package io.heddle.cli.search;

import io.heddle.runtime.serving.Requests;
import java.util.Arrays;
import java.util.TreeSet;

/** What is known of requests before anybody serves them. */
final class RequestProfile {
  /** Shares of the requests at whose lengths prompts are timed. */
  private static final double[] SHARES = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

  final Requests requests;
  final int leastInput;

  /** Mean number of tokens before a token that is drawn, over all such tokens. */
  final long meanContext;

  /** From the first arrival to the last, seconds; 0 of a closed loop. */
  final double span;

  /** Lengths of prompts, ascending: no prompt is shorter than the first. */
  final int[] lengths;

  RequestProfile(Requests requests) {
    this.requests = requests;
    int[] inputs = new int[requests.size()];
    double contexts = 0;
    double draws = 0;
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = requests.input(i);
      double more = requests.output(i) - 1.0;
      contexts += more * (requests.input(i) + more / 2);
      draws += more;
    }
    Arrays.sort(inputs);
    this.leastInput = inputs[0];
    this.meanContext = draws == 0 ? inputs[0] : (long) (contexts / draws);
    this.span =
        requests.concurrency() > 0
            ? 0
            : (requests.arrival(inputs.length - 1) - requests.arrival(0)) / 1e9;
    TreeSet<Integer> lengths = new TreeSet<>();
    for (double share : SHARES) {
      lengths.add(inputs[(int) (share * (inputs.length - 1))]);
    }
    this.lengths = lengths.stream().mapToInt(Integer::intValue).toArray();
  }

  int size() {
    return requests.size();
  }

  /** Tokens of all answers. */
  double outputs() {
    double sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += requests.output(i);
    }
    return sum;
  }

  /**
   * The least sum over all requests but some.
   *
   * @param dropped how many may be left out
   */
  double least(java.util.function.IntToDoubleFunction work, int dropped) {
    double[] all = new double[size()];
    Arrays.setAll(all, work);
    Arrays.sort(all);
    double sum = 0;
    for (int i = 0; i < all.length - dropped; i++) {
      sum += all[i];
    }
    return sum;
  }
}
