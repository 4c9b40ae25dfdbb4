package io.heddle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.trace.CountingSink;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class CountNodesTest {
  /**
   * Three times the forward products of 8 sequences of 8,192 tokens: for each token 2 operations
   * for each weight of the layers and of the head, and causal attention over half of the sequence.
   */
  @Test
  void countsTheModelsProducts() {
    long hidden = 4096;
    long queryHeads = 32;
    long keyHeads = 8;
    long depth = 128;
    long ffn = 14_336;
    long vocabulary = 128_256;
    long sequence = 8192;
    long layer = hidden * depth * (2 * queryHeads + 2 * keyHeads) + 3 * hidden * ffn;
    long attention = queryHeads * depth * sequence;
    long token = 2 * (32 * (layer + attention) + hidden * vocabulary);

    CountingSink counts = CountNodes.count();

    assertThat(counts.modelMatmulOperations())
        .isEqualTo(BigInteger.valueOf(3 * token).multiply(BigInteger.valueOf(8 * sequence)));
    assertThat(counts.nodes()).isEqualTo(62_408);
  }
}
