package io.heddle.processor.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.syntax.format.FormattedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormattedTextTest {
  private static String formatted(String text) {
    Diagnostics findings = new Diagnostics();
    String formatted = FormattedText.of(Texts.source(text), findings).orElse("");
    assertThat(Rendering.of(findings.all())).isEmpty();
    return formatted;
  }

  static List<Path> library() throws IOException {
    try (Stream<Path> library = Files.walk(Path.of("src", "main", "resources"));
        Stream<Path> examples = Files.walk(Path.of("..", "examples"))) {
      return Stream.concat(library, examples)
          .filter(path -> path.toString().endsWith(".tfm"))
          .sorted()
          .toList();
    }
  }

  /** {@code heddle fmt} leaves what is shipped as it is. */
  @ParameterizedTest
  @MethodSource("library")
  void theLibraryAndTheExamplesAreFormatted(Path path) {
    assertThat(formatted(Texts.text(path))).isEqualTo(Texts.text(path));
  }

  /** Settings of a step stand apart from the number or the names before them. */
  @Test
  void stepsOfInference() {
    String plan =
        """
        tfm 1

        plan P of M {
          decode 8 (context = 64, speculate = 3, accept = 70 %)
          prefill 64 (sequences = 2)
          cache mla.nc, mla.rope.kp (page = 64) absorbed
        }
        """;
    assertThat(formatted(plan.replace(" (", "(").replace("70 %", "70%"))).isEqualTo(plan);
  }

  @Test
  void neighboursStandInColumns() {
    assertThat(
            formatted(
                """
                tfm   1
                device d{peak bf16 1979 TFLOPS at 70%
                peak fp64 19.5 TFLOPS  // tensor cores
                memory 80GiB at 3350 GB/s}
                cluster c(nodes=1){device d
                network switch 8 at 450GB/s latency 500 ns
                network switch nodes at 400Gb/s latency 2us}
                model M{param layers=2,hidden=8
                dim b, h=hidden,f=4*h
                block mlp(x[b h]){weight up[h f],down[f h]
                a=rmsnorm(x)
                u[b f]=gelu(a*up)


                y[b h]=u*down
                return x+y}
                embed tokens[h h]
                stack layers of mlp
                head logits[h h]
                require hidden%2==0:"even"}
                plan P of M{mesh dp=8,tp=1
                layout dp>tp
                view moe:(dp tp)=(edp ep)where ep=4
                shard{b over dp
                f h over tp
                stream:b over dp}
                pin grad mlp . up[h/tp f]
                batch 8 micro_batch 1
                optimizer adam sharded over dp,gradients sharded
                on c(nodes=1)}
                """))
        .isEqualTo(
            """
            tfm 1

            device d {
              peak bf16 1979 TFLOPS at 70 %
              peak fp64 19.5 TFLOPS                             // tensor cores
              memory 80 GiB at 3350 GB/s
            }

            cluster c(nodes = 1) {
              device  d
              network switch 8     at 450 GB/s latency 500 ns
              network switch nodes at 400 Gb/s latency 2 us
            }

            model M {
              param layers = 2, hidden = 8
              dim b, h = hidden, f = 4 * h
              block mlp(x[b h]) {
                weight up[h f], down[f h]
                a      = rmsnorm(x)
                u[b f] = gelu(a * up)

                y[b h] = u * down
                return x + y
              }
              embed tokens[h h]
              stack layers of mlp
              head  logits[h h]
              require hidden % 2 == 0 : "even"
            }

            plan P of M {
              mesh   dp = 8, tp = 1
              layout dp > tp
              view   moe: (dp tp) = (edp ep) where ep = 4
              shard {
                b   over dp
                f h over tp
                stream: b over dp
              }
              pin grad mlp.up[h/tp f]
              batch 8  micro_batch 1
              optimizer  adam sharded over dp, gradients sharded
              on         c(nodes = 1)
            }
            """);
  }

  @Test
  void linesThatGoOnStandBelowWhatTheyGoOnWith() {
    assertThat(
            formatted(
                """
                tfm 1
                model A = B(
                  layers = 1,
                  hidden = 2)
                model M {
                  param a = 1,
                  b = 2
                  block f(x[b]) {
                    y[b] = attend(x, x, // queries and keys
                    // values
                    x,
                      over = b)
                    return x
                      + y
                  }
                  stack 2 of cycle(
                    (f, f),
                    f)
                }
                search S of P {
                  optimizer in (adam), (adam sharded  over dp),
                    (adam sharded over tp)
                  tp in any
                  minimize time
                }
                """))
        .isEqualTo(
            """
            tfm 1

            model A = B(
                layers = 1,
                hidden = 2)

            model M {
              param a = 1,
                    b = 2
              block f(x[b]) {
                y[b] = attend(x, x,                             // queries and keys
                              // values
                              x,
                              over = b)
                return x
                       + y
              }
              stack 2 of cycle(
                  (f, f),
                  f)
            }

            search S of P {
              optimizer in (adam), (adam sharded over dp),
                           (adam sharded over tp)
              tp        in any
              minimize time
            }
            """);
  }

  @Test
  void commentsAndEmptyLinesStay() {
    assertThat(
            formatted(
                """
                // Of the file.

                tfm 1 // the version
                import "a.tfm"
                import "b.tfm"
                /// Documented.
                // Not.

                device d {   // opened
                  // first

                  memory 1 GB at 1 GB/s


                  // last
                } // closed
                engine e { // nothing
                }
                // end
                """))
        .isEqualTo(
            """
            // Of the file.

            tfm 1                                               // the version
            import "a.tfm"
            import "b.tfm"
            /// Documented.
            // Not.

            device d {                                          // opened
              // first

              memory 1 GB at 1 GB/s

              // last
            }                                                   // closed

            engine e {                                          // nothing
            }
            // end
            """);
  }

  @Test
  void shortListsStayOnTheirLineAndLongOnesDoNot() {
    String one = "engine e { kernels (matmul = 1.27)   step (fixed = 1 ms) }\n";
    String names = "n".repeat(60);
    assertThat(formatted("tfm 1 engine e{kernels(matmul=1.27)step(fixed=1 ms)}"))
        .isEqualTo("tfm 1\n\n" + one);
    assertThat(formatted("tfm 1 engine e { %s (a = 1) %s (a = 1) } ".formatted(names, names)))
        .isEqualTo("tfm 1\n\nengine e {\n  %s (a = 1)\n  %s (a = 1)\n}\n".formatted(names, names));
    assertThat(formatted("tfm 1 model M {\n\n}")).isEqualTo("tfm 1\n\nmodel M {}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "\r", "\n\uFEFF", "\f\n\t"})
  void anyWhiteSpaceIsOne(String between) {
    String text = "tfm 1\n\n// a\ndevice d {\n  memory 1 GB at 1 GB/s\n}\n";
    assertThat(formatted(text.replace("\n", between))).isEqualTo(text);
  }

  @Test
  void aFileThatCannotBeReadIsNotFormatted() {
    for (String text : List.of("", "tfm 2", "tfm 1 model {", "tfm 1 plan @ of M {}", "tfm 1 \"")) {
      Diagnostics findings = new Diagnostics();
      assertThat(FormattedText.of(Texts.source(text), findings)).as(text).isEmpty();
      assertThat(findings.hasErrors()).as(text).isTrue();
    }
  }

  /** Names of any length have no columns, which else would be as wide in each line. */
  @Test
  void longNamesDoNotMakeLongFiles() {
    String text = "tfm 1\nmodel M {\n  block f(x[b]) {\n%s  }\n}\n";
    String lines =
        "    %s = x\n".formatted("n".repeat(500_000)) + "    a = x\n    b[c] = x\n".repeat(20_000);
    String formatted =
        assertTimeout(Duration.ofSeconds(30), () -> formatted(text.formatted(lines)));
    assertThat(formatted.length()).isLessThan(2 * text.formatted(lines).length());
  }

  @Test
  void operationsStandInLinesOfTheirClauses() {
    assertThat(
            formatted(
                """
                tfm 1
                op scan(carry[b s c],w[c k])->[b s c] flops size(carry)*k bytes 2
                whole over c,k
                backward flops 1 bytes 1 linear
                scan over s carry[b c],[]flops 3 bytes 4
                """))
        .isEqualTo(
            """
            tfm 1

            op scan(carry[b s c], w[c k]) -> [b s c] flops size(carry) * k bytes 2
                whole over c, k
                backward flops 1 bytes 1 linear
                scan over s carry [b c], [] flops 3 bytes 4
            """);
  }
}
