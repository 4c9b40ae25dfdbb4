package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples and the built-in library. */
final class ShippedFilesTest {
  /** Six errors in one file. */
  private static final String BROKEN =
      """
      tfm 1
      model M {
        param n == 4
        dim b
        block c(x[b]) {
          a == x
          a = x
          fused f {
            c = = d
          }
          q[b = r
          z = y )
          return a
        }
        stack of
      }
      plan Q of M { batch 3 }
      """;

  static List<Path> shipped() {
    return Texts.shipped();
  }

  /** What was read, written again without comments and spacing, is in a golden file. */
  @ParameterizedTest
  @MethodSource("shipped")
  void isReadWhole(Path path) throws IOException {
    SourceFile file = Texts.read(Texts.text(path));
    String golden = path.getFileName().toString().replace(".tfm", ".txt");
    try (InputStream expected = ShippedFilesTest.class.getResourceAsStream(golden)) {
      assertThat(SourceText.of(file.declarations()))
          .isEqualTo(
              new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void libraryIsOnTheClassPath() {
    assertThat(SyntaxReader.class.getResource("/io/heddle/std/clusters.tfm")).isNotNull();
    assertThat(SyntaxReader.class.getResource("/io/heddle/std/devices.tfm")).isNotNull();
  }

  @Test
  void placesAndParts() {
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        // not this

        /// First.
        /// Second.
        model M {
          block attention(x[b s h]) {
            o[b s] = attend(rope(q), k, over = s, causal) - 0.5 * x
            fused f { p = a
            }
          }
        }
        plan P of M {
          batch 2 * 64  micro_batch 1
          schedule gpipe
          micro_batch 4
          mesh tp = 1,
               dp = 2
        }
        """;
    SourceFile file = Texts.read(text);
    assertThat(file.imports())
        .extracting(SourceFile.Import::path)
        .containsExactly("std/clusters.tfm");
    assertThat(file.imports().get(0).span().length()).isEqualTo(18);
    assertThat(file.imports().get(0).span()).hasToString("a.tfm:2:8");
    Declaration.Model model = (Declaration.Model) file.declarations().get(0);
    assertThat(model.documentation()).isEqualTo("First.\nSecond.");
    ModelMember.Block block = (ModelMember.Block) model.members().get(0);
    assertThat(block.documentation()).isEmpty();
    Statement.Assignment attend = (Statement.Assignment) block.statements().get(0);
    assertThat(attend.span()).hasToString("a.tfm:9:5");
    assertThat(attend.span().length()).isEqualTo(55);
    Term.Sum sum = (Term.Sum) attend.value();
    assertThat(sum.minus()).isTrue();
    assertThat(sum.left().span()).hasToString("a.tfm:9:14");
    assertThat(sum.left().span().length()).isEqualTo(36);
    assertThat(((Term.Call) sum.left()).arguments())
        .satisfiesExactly(
            q -> assertThat(q).isInstanceOf(Term.Argument.Positional.class),
            k -> assertThat(k).isInstanceOf(Term.Argument.Positional.class),
            over -> assertThat(over).isInstanceOf(Term.Argument.Named.class),
            causal -> assertThat(causal).isInstanceOf(Term.Argument.Positional.class));
    assertThat(block.statements().get(1).span().length()).isEqualTo("fused f".length());

    Declaration.Plan plan = (Declaration.Plan) file.declarations().get(1);
    PlanItem.Batch both = (PlanItem.Batch) plan.items().get(0);
    assertThat(both.span().length()).isEqualTo("batch 2 * 64  micro_batch 1".length());
    assertThat(both.batch()).isInstanceOf(Expression.Binary.class);
    assertThat(both.microBatch()).isInstanceOf(Expression.Literal.class);
    assertThat(((PlanItem.Batch) plan.items().get(2)).batch()).isNull();
    assertThat(plan.items().get(3).span()).hasToString("a.tfm:18:3");
  }

  @Test
  void precedence() {
    Declaration.Model model =
        (Declaration.Model)
            Texts.read(
                    """
                    tfm 1
                    model M {
                      require a or b and c == d + e * f % g - h : "x"
                      block m(x[b]) { return a * b + c * (d - e) * f - g }
                    }
                    """)
                .declarations()
                .get(0);
    assertThat(SourceText.of(List.of(model)))
        .contains("require (a or (b and (c == ((d + ((e * f) % g)) - h)))) : \"x\"\n")
        .contains("return (((a * b) + ((c * (d - e)) * f)) - g)\n");
  }

  @Test
  void whatIsReadableOfABrokenFileIsKept() {
    List<Diagnostic> findings = Texts.findings(BROKEN);
    SourceFile broken = SyntaxReader.read(Texts.source(BROKEN), new Diagnostics());
    assertThat(SourceText.of(broken.declarations()))
        .isEqualTo(
            """
            tfm 1
            model M {
            dim b
            block c(x[b]) {
            a = x
            fused f {
            }
            return a
            }
            }
            plan Q of M {
            batch 3
            }
            """);
    assertThat(findings).extracting(Diagnostic::code).containsOnly(Code.UNEXPECTED_INPUT);
    assertThat(findings)
        .extracting(finding -> finding.span().line())
        .containsExactly(3, 6, 9, 11, 12, 16);
  }
}
