package com.acme;

import io.heddle.runtime.TransformerModel;

/** Names a file of which the plugin makes classes already. */
@TransformerModel("small.tfm")
public final class Use {}
