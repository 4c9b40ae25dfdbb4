package io.heddle.runtime.simulate.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Reads which nodes run their collective by an algorithm of their own: prefixes by node id. */
final class NodeMapReader {
  private NodeMapReader() {}

  static Map<Long, Path> read(Path file, Path folder) throws InputException {
    Map<Long, Path> byNode = new LinkedHashMap<>();
    byte[] bytes;
    try {
      bytes = ConfigReader.bytes(file);
    } catch (InputException e) {
      throw e;
    } catch (IOException e) {
      throw new InputException(file, String.valueOf(e.getMessage()), e);
    }
    for (NodeTuple entry : YamlDocument.map(file, bytes, "from node id to path prefix")) {
      String key = YamlDocument.scalar(entry.getKeyNode());
      String prefix = YamlDocument.scalar(entry.getValueNode());
      try {
        byNode.putIfAbsent(Long.decode(key.strip()), folder.resolve(prefix));
      } catch (NumberFormatException e) {
        throw new InputException(file, "key \"" + key + "\": must be the id of a node", e);
      }
    }
    return byNode;
  }
}
