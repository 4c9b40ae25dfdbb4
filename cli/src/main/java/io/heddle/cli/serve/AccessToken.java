package io.heddle.cli.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** A word of 256 random bits that whoever opens the page must know; a new one for each server. */
final class AccessToken {
  private static final int BYTES = 32;

  private final String text;

  private AccessToken(String text) {
    this.text = text;
  }

  static AccessToken random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new AccessToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** As it stands in the page's address. */
  String text() {
    return text;
  }

  /** Whether a word is this one; how long that takes says nothing of it. */
  boolean is(String word) {
    return MessageDigest.isEqual(
        text.getBytes(StandardCharsets.UTF_8), word.getBytes(StandardCharsets.UTF_8));
  }
}
