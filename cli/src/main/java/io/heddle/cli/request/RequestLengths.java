package io.heddle.cli.request;

import io.heddle.runtime.serving.Requests;

/**
 * How long requests are that are to be served.
 *
 * @param longest tokens in and out of a request
 * @param longestInput tokens of a prompt
 * @param hasBlocks whether blocks of prompts are named, by which a cache finds them again
 */
public record RequestLengths(int longest, int longestInput, boolean hasBlocks) {
  /** The lengths of some requests, each at least 1. */
  public static RequestLengths of(Requests requests) {
    int most = 1;
    int mostInput = 1;
    for (int i = 0; i < requests.size(); i++) {
      most = Math.max(most, requests.input(i) + requests.output(i));
      mostInput = Math.max(mostInput, requests.input(i));
    }
    return new RequestLengths(most, mostInput, requests.blockTokens() > 0);
  }
}
