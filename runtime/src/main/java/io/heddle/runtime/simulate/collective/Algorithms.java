package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.Implementation;

/** One of each algorithm. */
final class Algorithms {
  private final Algorithm ring;
  private final Algorithm direct;
  private final Algorithm halvingDoubling;
  private final Algorithm doubleBinaryTree;

  Algorithms(Endpoint endpoint) {
    ring = new RingAlgorithm(endpoint);
    direct = new DirectAlgorithm(endpoint);
    halvingDoubling = new HalvingDoublingAlgorithm(endpoint);
    doubleBinaryTree = new DoubleBinaryTreeAlgorithm(endpoint);
  }

  Algorithm of(Implementation.Algorithm algorithm) {
    return switch (algorithm) {
      case RING -> ring;
      case DIRECT -> direct;
      case HALVING_DOUBLING -> halvingDoubling;
      case DOUBLE_BINARY_TREE -> doubleBinaryTree;
    };
  }
}
