package io.heddle.runtime.simulate.config;

/**
 * AstraSim's memory file: remote memory, which load and store nodes reach.
 *
 * @param latency ns
 * @param bandwidth bytes per ns; not 0 where there is a memory
 * @param ranksPerNode for {@link Kind#PER_NODE}, at least 1
 */
public record MemoryConfig(Kind kind, long latency, long bandwidth, int ranksPerNode) {
  /** Who shares a remote memory. */
  public enum Kind {
    /** There is none. */
    NONE("NO_MEMORY_EXPANSION"),
    /** Each rank has its own. */
    PER_RANK("PER_NPU_MEMORY_EXPANSION"),
    /** The ranks of a node take turns. */
    PER_NODE("PER_NODE_MEMORY_EXPANSION"),
    /** All ranks take turns. */
    POOL("MEMORY_POOL");

    private final String astraSimName;

    Kind(String astraSimName) {
      this.astraSimName = astraSimName;
    }

    /** The value of {@code memory-type}. */
    public String astraSimName() {
      return astraSimName;
    }
  }

  /** No remote memory. */
  public static final MemoryConfig NONE = new MemoryConfig(Kind.NONE, 0, 1, 1);
}
