package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every keyword is a name as well. */
final class SoftKeywordsTest {
  static Stream<String> keywords() {
    return Stream.concat(Trees.keywords().stream(), Stream.of("causal", "dispatch", "ring"));
  }

  @ParameterizedTest
  @MethodSource("keywords")
  void inModels(String word) {
    String text =
        """
        tfm 1
        model K {
          param K = 4, K2 = K * (K + 1)
          dim K  dim K = K % K
          block K(K[K K]) {
            weight K[K], K[K]
            input K[K]
            K[K K] = K(K, K * K, K = K, K = K : K) + K[K -> K]
            fused K { K = K  K[K] = K }
            K = K
            return K
          }
          block K() { return K }
          begin K
          end K
          embed K[K K]
          stack K of K, K
          head K[K] norm K
          head tied K norm K
          require K == K and K or K : "K"
        }
        """
            .replace("K", word);
    Declaration.Model model = (Declaration.Model) Texts.read(text).declarations().get(0);
    assertThat(model.name().text()).isEqualTo(word);
    assertThat(model.members()).hasSize(13);
    ModelMember.Block block = (ModelMember.Block) model.members().get(4);
    assertThat(block.statements()).hasSize(6);
  }

  @ParameterizedTest
  @MethodSource("keywords")
  void inPlansAndHardware(String word) {
    String text =
        """
        tfm 1
        plan K of K {
          mesh K = 2, K2 = K
          layout K > K
          view K: (K K) = (K K) where K = K, K2 = 4
          shard { K over tp  b over x  stream: K over tp }
          pin K.K[K/K K]  pin grad K.K[K]
          batch K  micro_batch K
          context K
          schedule K
          schedule K(K = K)
          stages K of K, K of K
          stages balanced
          recompute K, K.K, K
          recompute K every K
          keep K.K, K.K
          unfused
          forward
          freeze K, K.K
          experts K = 1.5, K = K
          overlap K, K chunks K
          overlap experts
          all_reduce two_level over K, K
          optimizer K sharded over K, K, gradients sharded, weights sharded
          optimizer K sharded over K, gradients whole
          optimizer K clipped sharded over K, K, weights sharded(K = K)
          reduce at end
          reduce per layer blocking two_level
          reduce in gaps two_level
          reduce in buckets of 1 MB
          dtype K, gradients K
          on K(K = K)
        }
        sweep K of K {
          K in K, 2, K
          K = K
          layout in (K > K), (K)
          keep when K
          K in 1
        }
        search K of K {
          K in 1
          minimize K
          maximize K when K <= 2 s
          minimize in K
          K = K
        }
        op K(K, K) flops K * K bytes K
        device K { peak K 1 TFLOPS }
        cluster K(K = 1) { device K  network K K at 1 GB/s latency 1 us }
        """
            .replace("K", word);
    List<Declaration> declarations = Texts.read(text).declarations();
    assertThat(declarations).extracting(each -> each.name().text()).containsOnly(word);
    Declaration.Plan plan = (Declaration.Plan) declarations.get(0);
    assertThat(plan.items()).hasSize(31);
    Declaration.Sweep sweep = (Declaration.Sweep) declarations.get(1);
    assertThat(sweep.items()).hasSize(5);
    assertThat(((Declaration.Search) declarations.get(2)).items()).hasSize(5);
    PlanItem.Shard shard = (PlanItem.Shard) plan.items().get(3);
    assertThat(Texts.tree(shard.rules()))
        .isEqualTo(
            "[Rule[dims=["
                + word
                + "], axes=[tp], padding=null], Rule[dims=[b], axes=[x], padding=null]]");
    assertThat(shard.stream()).hasSize(1);
  }

  @Test
  void overIsADimensionWhereItStandsFirst() {
    PlanItem.Shard shard =
        (PlanItem.Shard)
            ((Declaration.Plan)
                    Texts.read("tfm 1 plan P of M { shard { over g over tp, ep  s over cp } }")
                        .declarations()
                        .get(0))
                .items()
                .get(0);
    assertThat(shard.rules().get(0).dims()).extracting(Name::text).containsExactly("over", "g");
    assertThat(shard.rules().get(0).axes()).extracting(Name::text).containsExactly("tp", "ep");
    assertThat(shard.rules()).hasSize(2);
  }

  @Test
  void behindARulePaddedIsItsPadding() {
    assertThat(rules("voc over tp padded  b over dp  f over tp padded to 128 * tp g over tp"))
        .isEqualTo("[voc over tp padded, b over dp, f over tp padded to (128 * tp), g over tp]");
    assertThat(rules("voc over tp, ep padded stream: s over tp padded over dp"))
        .isEqualTo("[voc over tp, ep padded, padded over dp]");
  }

  @Test
  void paddedIsADimensionWhereItCannotBeThePadding() {
    assertThat(rules("padded over tp")).isEqualTo("[padded over tp]");
    assertThat(rules("b over dp padded over tp")).isEqualTo("[b over dp, padded over tp]");
    assertThat(rules("b over dp g padded over tp")).isEqualTo("[b over dp, g padded over tp]");
  }

  private static String rules(String text) {
    Declaration.Plan plan =
        (Declaration.Plan)
            Texts.read("tfm 1 plan P of M { shard { " + text + " } }").declarations().get(0);
    return ((PlanItem.Shard) plan.items().get(0))
        .rules().stream().map(SourceText::rule).toList().toString();
  }
}
