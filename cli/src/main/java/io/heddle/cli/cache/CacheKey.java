package io.heddle.cli.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Stands for all that a value depends on.
 *
 * @param kind of the value, a word of small letters
 * @param digest SHA-256 in hexadecimal digits
 */
public record CacheKey(String kind, String digest) {
  /**
   * The key of a value.
   *
   * @param parts all that it depends on, in an order of their own
   */
  public static CacheKey of(String kind, List<String> parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      // Two lists of parts never run together to the same text.
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return new CacheKey(kind, HexFormat.of().formatHex(digest.digest()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  String fileName() {
    return digest + "." + kind;
  }
}
