package io.heddle.processor.model;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.processor.diagnose.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requests, and the pools that serve them.
 *
 * @param model that answers
 * @param pools one that does both, or one of prefill and one of decode
 * @param transfer between two pools; null where there is one
 * @param goals times that are not to be exceeded
 */
public record Serving(
    String name,
    String model,
    List<Pool> pools,
    @Nullable Transfer transfer,
    Load load,
    Batching batching,
    Route route,
    List<Goal> goals,
    Span span) {
  public Serving {
    pools = List.copyOf(pools);
    goals = List.copyOf(goals);
  }

  /**
   * Instances that are alike.
   *
   * @param prefill the plan of steps that take in prompts
   * @param decode the plan of steps that draw tokens
   */
  public record Pool(
      Role role, int instances, Optional<String> prefill, Optional<String> decode, Span span) {
    /** Its plans. */
    public List<String> plans() {
      return Stream.of(prefill, decode).flatMap(Optional::stream).toList();
    }
  }

  /**
   * How the cache of a request travels.
   *
   * @param bytesPerSecond of an instance
   * @param latencyNanos of each transfer
   * @param byLayer whether each layer travels while the next is computed
   */
  public record Transfer(double bytesPerSecond, long latencyNanos, boolean byLayer) {}

  /** How requests come. */
  public enum Arrival {
    /** Independently of each other. */
    POISSON,
    /** In bursts, at distances of a gamma distribution. */
    GAMMA,
    /** From users who wait for their answers. */
    CLOSED,
    /** As a file has it. */
    TRACE;

    /** All words. */
    static List<String> words() {
      return Arrays.stream(values()).map(Arrival::word).toList();
    }

    /** The kind of a word. */
    static Optional<Arrival> named(String word) {
      return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Requests.
   *
   * @param amount requests per second, or users; 0 of a file
   * @param file with the requests; null where there is none
   * @param input nominal tokens of a prompt
   * @param output nominal tokens of an answer
   * @param least the least share of both
   * @param variation of distances, of {@link Arrival#GAMMA}
   * @param count of requests
   */
  public record Load(
      Arrival arrival,
      double amount,
      @Nullable Name file,
      int input,
      int output,
      double least,
      double variation,
      int count) {}

  /** A path as it is written, and where. */
  public record Name(String text, Span span) {}

  /**
   * What a scheduler may put into a step.
   *
   * @param tokens of a step
   * @param sequences that run at a time
   * @param memory share of a device's memory that an instance may take
   * @param pages of the cache, where their number is given
   */
  public record Batching(
      BatchPolicy policy, int tokens, int sequences, double memory, OptionalInt pages, Span span) {
    /** The same with other limits of a step. */
    public Batching withLimits(int tokens, int sequences) {
      return new Batching(policy, tokens, sequences, memory, pages, span);
    }
  }

  /**
   * Which replica gets a request.
   *
   * @param leastLoaded rather than each in turn
   * @param prefix what a prompt that is in the cache is worth, in requests
   */
  public record Route(boolean leastLoaded, double prefix) {}
}
