package io.heddle.runtime.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a layer's cache comes from the ranks that have it to those that need it. What a rank needs
 * comes once, each piece of it from one rank that has it; no message is empty, and there is at most
 * one between two ranks. Where there are several copies they take turns: ranks that need the same
 * ask different copies, and if there are more copies than such ranks each rank asks several of
 * them, each for other sequences.
 */
final class CacheMoves {
  private final int firstTurn;
  private final Map<List<Integer>, CacheMove> moves = new LinkedHashMap<>();

  /**
   * @param turn which copy is asked first: another one in each layer, so that all send as much
   */
  CacheMoves(int turn) {
    this.firstTurn = turn;
  }

  /** Of all tensors that were added. */
  List<CacheMove> all() {
    return new ArrayList<>(moves.values());
  }

  /**
   * Moves a tensor.
   *
   * @param bytes that move of a sequence, for one element of a token
   * @throws ArithmeticException if there are more than 2^63 of them
   */
  void add(CacheRanks held, CacheRanks needed, long bytes) {
    Map<CachePart, Integer> turns = new HashMap<>();
    for (Map.Entry<CachePart, List<Integer>> wanted : needed.all()) {
      int takers = wanted.getValue().size();
      for (Map.Entry<CachePart, List<Integer>> there : held.with(wanted.getKey().sequences())) {
        CachePart part = there.getKey();
        long sequences = part.sequences().and(wanted.getKey().sequences()).size();
        long each = Math.multiplyExact(bytes, part.shared(wanted.getKey()));
        if (sequences > 0 && each > 0) {
          int turn = turns.merge(part, takers, Integer::sum) - takers;
          share(there.getValue(), wanted.getValue(), sequences, each, firstTurn + turn);
        }
      }
    }
  }

  /** Lets some ranks get as many sequences each, of which each of others has a copy. */
  private void share(
      List<Integer> holders, List<Integer> takers, long sequences, long each, int turn) {
    int copies = holders.size();
    for (int t = 0; t < takers.size(); t++) {
      // Those that no other one asks, as far as there are any.
      int asked = Math.max(1, (copies - t + takers.size() - 1) / takers.size());
      for (int i = 0; i < asked; i++) {
        long part = sequences * (i + 1) / asked - sequences * i / asked;
        if (part > 0) {
          int holder = Math.floorMod(turn + t + i * takers.size(), copies);
          move(holders.get(holder), takers.get(t), Math.multiplyExact(part, each));
        }
      }
    }
  }

  private void move(int from, int to, long bytes) {
    moves.merge(
        List.of(from, to),
        new CacheMove(from, to, bytes),
        (one, other) -> new CacheMove(from, to, Math.addExact(one.bytes(), other.bytes())));
  }
}
