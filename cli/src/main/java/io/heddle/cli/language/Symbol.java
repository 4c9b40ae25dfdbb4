package io.heddle.cli.language;

/**
 * Something that has a name.
 *
 * @param owner within which the name is one: {@code Llama3_8B.attention} of a tensor, empty for
 *     what the whole file sees
 */
public record Symbol(Kind kind, String owner, String name) {
  /** What has names. */
  public enum Kind {
    MODEL("model"),
    PLAN("plan"),
    SWEEP("sweep"),
    SEARCH("search"),
    SERVE("serving"),
    OPERATION("operation"),
    DEVICE("device"),
    CLUSTER("cluster"),
    ENGINE("engine"),
    LOAD("load"),
    PARAMETER("parameter"),
    DIMENSION("dimension"),
    BLOCK("block"),
    STREAM("stream"),
    TENSOR("tensor"),
    KERNEL("fused kernel"),
    AXIS("axis"),
    VIEW("view");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /** For readers. */
    public String title() {
      return title;
    }
  }
}
