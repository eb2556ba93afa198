namespace NativeSsl;

/// <summary>
/// BERT and RoBERTa as directories in Hugging Face's layout, both ways: <c>BertModel</c>, <c>BertForPreTraining</c>, <c>BertForMaskedLM</c>,
/// <c>BertForNextSentencePrediction</c>, <c>RobertaModel</c>, <c>RobertaForMaskedLM</c>.
/// </summary>
/// <remarks>
/// Read, with or without <c>bert.</c> or <c>roberta.</c> before the names of the encoder; the heads are those whose tensors are there. Old names
/// (<c>LayerNorm.gamma</c>, <c>.beta</c>) are taken, <c>position_ids</c> passed over, and a second copy of the table of tokens under the decoder's name
/// must be equal to it. Written under today's names, without second copies, and with the prefix when there is a head of masked words or of next
/// sentences, as Hugging Face's library does. A model is RoBERTa if it keeps rows before its first position
/// (<see cref="Bert.Config.FirstPosition"/>): they are read and written like all others.
/// </remarks>
public static class HuggingFaceBert
{
    /// <summary>The map of the names that are written.</summary>
    /// <param name="model">The model: its sizes, and which heads it has.</param>
    /// <exception cref="NativeSslException">It has a head that the family's files do not have.</exception>
    public static WeightMap Map(BertWithHeads model) => Map(model, prefixed: model.Head is not null || model.Answer is not null);

    /// <summary>Reads a model.</summary>
    /// <param name="directory">Has <c>config.json</c> and <c>model.safetensors</c>, or several files and their index.</param>
    /// <param name="backend">The device of the parameters.</param>
    /// <param name="dropout">The share of activations set to zero in further training; the configuration's if null.</param>
    /// <exception cref="MalformedFileException">A file is missing or malformed; the configuration asks for something that is not built here; a tensor is
    /// missing, left over, or has another shape.</exception>
    public static BertWithHeads Load(string directory, IBackend backend, float? dropout = null)
    {
        Bert.Config config = HuggingFaceBertConfig.Read(directory, dropout);
        using WeightFiles files = WeightFiles.OpenDirectory(directory);
        Family family = Family.Of(config);
        string prefix = files.ContainsAny(family.Prefix) ? family.Prefix : "";
        CheckSizes(files, config, prefix);
        bool next = family.NextSentence is { } name && files.ContainsAny($"{name}.");
        bool masked = files.ContainsAny(family.HeadPrefix);
        var model = new BertWithHeads(config, Init.Blank(backend), next || files.ContainsAny($"{prefix}pooler."), masked, next);
        Map(model, prefix.Length > 0).Fill(model, files);
        return model;
    }

    /// <summary>Writes a model. As F32 nothing is lost; a model that was read from F16 or BF16 and is saved as that is the same, bit for bit.</summary>
    /// <param name="directory">It is made if it is not there; it must not hold a model yet.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How numbers are stored: F32, or rounded to F16 or BF16.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in one file; what is larger is cut into several files with an index.</param>
    /// <param name="padding">The token behind the end of shorter texts, which is not learned. Of RoBERTa it is the one in front of the first position, whatever is said.</param>
    /// <exception cref="FileWriteException">There is a model already, the disk is full, or the folder may not be written to.</exception>
    /// <exception cref="NativeSslException">It has a head that the family's files do not have, or counts positions anew.</exception>
    public static void Save(string directory, BertWithHeads model, SafetensorsType type = SafetensorsType.Float32, long maxShardBytes = 5_000_000_000, int padding = 0)
    {
        if (model.Encoder.Sizes.AnewBehind is { } mark)
            throw new NativeSslException($"HuggingFaceBert: positions count anew behind token {mark}, which config.json cannot say. Copy the weights into a model without {nameof(Bert.Config.AnewBehind)}: single texts read the same.");
        ModelDirectory.Write(directory, json => HuggingFaceBertConfig.Write(json, model, padding), Map(model).Outgoing(model.NamedTensors(), type), type, maxShardBytes);
    }

    // Where the two families differ.
    sealed record Family(string Prefix, string HeadPrefix, string Dense, string Norm, string Bias, string Decoder, string? NextSentence)
    {
        static readonly Family Bert = new("bert.", "cls.predictions.", "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
            "cls.predictions", "cls.predictions.decoder", "cls.seq_relationship");
        static readonly Family Roberta = new("roberta.", "lm_head.", "lm_head.dense", "lm_head.layer_norm", "lm_head", "lm_head.decoder", null);

        public static Family Of(Bert.Config config) => config.FirstPosition > 0 ? Roberta : Bert;
    }

    static WeightMap Map(BertWithHeads model, bool prefixed)
    {
        Family family = Family.Of(model.Encoder.Sizes);
        string theirs = prefixed ? family.Prefix : "";
        List<WeightEntry> entries = [.. Encoder(model.Encoder.Sizes, "encoder.", theirs)];
        List<SharedWeight> shared = [];
        if (model.Pooler is not null) entries.AddRange(WeightMap.Linear("pooler.dense", $"{theirs}pooler.dense"));
        if (model.Head is not null)
        {
            entries.AddRange([.. WeightMap.Linear("head.dense", family.Dense), .. WeightMap.LayerNorm("head.norm", family.Norm, oldNames: true),
                WeightMap.Same("head", family.Bias, "bias")]);
            shared.AddRange([new($"{family.Decoder}.weight", $"{theirs}embeddings.word_embeddings.weight"),
                new($"{family.Decoder}.bias", $"{family.Bias}.bias")]);
        }
        if (model.Answer is not null)
            entries.AddRange(WeightMap.Linear("answer", family.NextSentence
                ?? throw new NativeSslException("HuggingFaceBert: RoBERTa's files have no layer of next sentences. Save the model without it.")));
        return new WeightMap(entries) { Shared = shared, PassedOver = [$"{theirs}embeddings.position_ids"] };
    }

    static IEnumerable<WeightEntry> Encoder(Bert.Config config, string ours, string theirs) =>
    [
        WeightMap.Same($"{ours}tokens", $"{theirs}embeddings.word_embeddings", "weight"),
        WeightMap.Same($"{ours}positions", $"{theirs}embeddings.position_embeddings", "weight"),
        WeightMap.Same($"{ours}segments", $"{theirs}embeddings.token_type_embeddings", "weight"),
        .. WeightMap.LayerNorm($"{ours}norm", $"{theirs}embeddings.LayerNorm", oldNames: true),
        .. Enumerable.Range(0, config.Layers).SelectMany(i => Block(config.Width,
            FormattableString.Invariant($"{ours}blocks.{i}"), FormattableString.Invariant($"{theirs}encoder.layer.{i}"))),
    ];

    static IEnumerable<WeightEntry> Block(int width, string ours, string theirs) =>
    [
        .. WeightMap.Stacked($"{ours}.attention.project",
            [($"{theirs}.attention.self.query", width), ($"{theirs}.attention.self.key", width), ($"{theirs}.attention.self.value", width)]),
        .. WeightMap.Linear($"{ours}.attention.output", $"{theirs}.attention.output.dense"),
        .. WeightMap.LayerNorm($"{ours}.norm1", $"{theirs}.attention.output.LayerNorm", oldNames: true),
        .. WeightMap.Linear($"{ours}.feed_forward.expand", $"{theirs}.intermediate.dense"),
        .. WeightMap.Linear($"{ours}.feed_forward.contract", $"{theirs}.output.dense"),
        .. WeightMap.LayerNorm($"{ours}.norm2", $"{theirs}.output.LayerNorm", oldNames: true),
    ];

    // Before anything is allocated: every size that the configuration claims is seen on a tensor that is there.
    static void CheckSizes(WeightFiles files, Bert.Config config, string prefix)
    {
        int width = config.Width;
        files.Expect($"{prefix}embeddings.word_embeddings.weight", [config.Vocabulary, width], "'vocab_size' and 'hidden_size'");
        files.Expect($"{prefix}embeddings.position_embeddings.weight", [config.FirstPosition + config.Context, width],
            "'max_position_embeddings' and 'hidden_size'");
        files.Expect($"{prefix}embeddings.token_type_embeddings.weight", [config.Segments, width], "'type_vocab_size' and 'hidden_size'");
        for (int i = 0; i < config.Layers; i++)
        {
            string layer = FormattableString.Invariant($"{prefix}encoder.layer.{i}");
            files.Expect($"{layer}.attention.self.query.weight", [width, width], "'hidden_size'");
            files.Expect($"{layer}.intermediate.dense.weight", [config.Hidden ?? 4 * width, width], "'intermediate_size' and 'hidden_size'");
        }
    }
}
