namespace NativeSsl;

/// <summary>
/// T5 as a directory in Hugging Face's layout, both ways: <c>T5ForConditionalGeneration</c>, version 1.0 (a ReLU, one table of tokens) and 1.1 (a gated GELU,
/// a head of its own).
/// </summary>
/// <remarks>
/// Second copies of the table of tokens, under the names of the encoder, the decoder and, where it is the head too, <c>lm_head.weight</c>, must be equal to
/// it; the table of distances that old files have for the decoder's attention to the memory, where nothing uses it, is passed over. Written under today's
/// names, without second copies. Which tokens are padding and end is no part of a <see cref="T5"/>: it is passed over on reading, and said on writing.
/// </remarks>
public static class HuggingFaceT5
{
    const string Distances = "relative_attention_bias";

    /// <summary>The map of the names that are written.</summary>
    /// <param name="model">The model: its sizes, and its version.</param>
    public static WeightMap Map(T5 model) => Map(model.Sizes);

    /// <summary>Reads a model.</summary>
    /// <param name="directory">Has <c>config.json</c> and <c>model.safetensors</c>, or several files and their index.</param>
    /// <param name="backend">The device of the parameters.</param>
    /// <param name="dropout">The share of activations set to zero in further training; the configuration's if null.</param>
    /// <exception cref="MalformedFileException">A file is missing or malformed; the configuration asks for something that is not built here; a tensor is
    /// missing, left over, or has another shape.</exception>
    public static T5 Load(string directory, IBackend backend, float? dropout = null)
    {
        T5.Config config = HuggingFaceT5Config.Read(directory, dropout);
        using WeightFiles files = WeightFiles.OpenDirectory(directory);
        files.Expect("shared.weight", [config.Vocabulary, config.Width], "'vocab_size' and 'd_model'");
        if (!config.Tied) files.Expect("lm_head.weight", [config.Vocabulary, config.Width], "'vocab_size', 'd_model' and 'tie_word_embeddings'");
        CheckSizes(files, config, decoder: false);
        CheckSizes(files, config, decoder: true);
        var model = new T5(config, Init.Blank(backend));
        Map(config).Fill(model, files);
        return model;
    }

    /// <summary>Writes a model. As F32 nothing is lost; a model that was read from F16 or BF16 and is saved as that is the same, bit for bit.</summary>
    /// <param name="directory">It is made if it is not there; it must not hold a model yet.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How numbers are stored: F32, or rounded to F16 or BF16.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in one file; what is larger is cut into several files with an index.</param>
    /// <param name="padding">The token of padding, with which writing begins too; the default is that of T5's vocabularies.</param>
    /// <param name="end">The token that ends a text; the default is that of T5's vocabularies.</param>
    /// <exception cref="FileWriteException">There is a model already, the disk is full, or the folder may not be written to.</exception>
    /// <exception cref="IndexException">The model does not know one of the two tokens.</exception>
    public static void Save(string directory, T5 model, SafetensorsType type = SafetensorsType.Float32, long maxShardBytes = 5_000_000_000,
        int padding = 0, int end = 1)
    {
        foreach ((string name, int token) in new[] { (nameof(padding), padding), (nameof(end), end) })
            if (token < 0 || token >= model.Vocabulary)
                throw new IndexException($"HuggingFaceT5: {name} is {token}; the model knows the tokens 0 … {model.Vocabulary - 1}.");
        ModelDirectory.Write(directory, json => HuggingFaceT5Config.Write(json, model.Sizes, padding, end),
            Map(model).Outgoing(model.NamedTensors(), type), type, maxShardBytes);
    }

    static WeightMap Map(T5.Config config)
    {
        List<WeightEntry> entries = [WeightMap.Same("tokens", "shared", "weight"), .. Stack(config, decoder: false), .. Stack(config, decoder: true)];
        if (!config.Tied) entries.Add(new WeightEntry("head", "lm_head.weight", WeightLayout.Same));
        string[] copies = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", .. config.Tied ? ["lm_head.weight"] : Array.Empty<string>()];
        return new WeightMap(entries)
        {
            Shared = [.. copies.Select(copy => new SharedWeight(copy, "shared.weight"))],
            PassedOver = [$"decoder.block.0.layer.1.EncDecAttention.{Distances}.weight"],
        };
    }

    // The table of distances, which all blocks share, is found in the first of them.
    static IEnumerable<WeightEntry> Stack(T5.Config config, bool decoder)
    {
        string stack = Name(decoder);
        return
        [
            WeightMap.Same($"{stack}.relative_bias", $"{stack}.block.0.layer.0.SelfAttention.{Distances}", "weight"),
            .. Enumerable.Range(0, Layers(config, decoder)).SelectMany(i => Block(config, decoder,
                FormattableString.Invariant($"{stack}.blocks.{i}"), FormattableString.Invariant($"{stack}.block.{i}.layer"))),
            WeightMap.Same($"{stack}.norm", $"{stack}.final_layer_norm", "weight"),
        ];
    }

    static IEnumerable<WeightEntry> Block(T5.Config config, bool decoder, string ours, string theirs)
    {
        int inner = config.Heads * config.HeadWidth;
        string self = $"{theirs}.0.SelfAttention", cross = $"{theirs}.1.EncDecAttention", last = FormattableString.Invariant($"{theirs}.{Last(decoder)}");
        return
        [
            .. WeightMap.Stacked($"{ours}.attention.project", [($"{self}.q", inner), ($"{self}.k", inner), ($"{self}.v", inner)], bias: false),
            .. WeightMap.Linear($"{ours}.attention.output", $"{self}.o", bias: false),
            WeightMap.Same($"{ours}.norm1", $"{theirs}.0.layer_norm", "weight"),
            .. !decoder ? Array.Empty<WeightEntry>() :
            [
                .. WeightMap.Linear($"{ours}.cross.query", $"{cross}.q", bias: false),
                .. WeightMap.Stacked($"{ours}.cross.memory", [($"{cross}.k", inner), ($"{cross}.v", inner)], bias: false),
                .. WeightMap.Linear($"{ours}.cross.output", $"{cross}.o", bias: false),
                WeightMap.Same($"{ours}.cross_norm", $"{theirs}.1.layer_norm", "weight"),
            ],
            // In 1.1 the first of the two is the one behind which the GELU stands.
            .. config.Gated ? WeightMap.Linear($"{ours}.feed_forward.gate", $"{last}.DenseReluDense.wi_0", bias: false) : [],
            .. WeightMap.Linear($"{ours}.feed_forward.expand", $"{last}.DenseReluDense.{(config.Gated ? "wi_1" : "wi")}", bias: false),
            .. WeightMap.Linear($"{ours}.feed_forward.contract", $"{last}.DenseReluDense.wo", bias: false),
            WeightMap.Same($"{ours}.norm2", $"{last}.layer_norm", "weight"),
        ];
    }

    static string Name(bool decoder) => decoder ? "decoder" : "encoder";

    static int Layers(T5.Config config, bool decoder) => decoder ? config.DecoderLayers ?? config.Layers : config.Layers;

    // The part of a block that is the feed-forward one: a decoder's has one more before it.
    static int Last(bool decoder) => decoder ? 2 : 1;

    // Before anything is allocated: every size that the configuration claims is seen on a tensor that is there.
    static void CheckSizes(WeightFiles files, T5.Config config, bool decoder)
    {
        string stack = Name(decoder);
        files.Expect($"{stack}.block.0.layer.0.SelfAttention.{Distances}.weight", [config.Buckets, config.Heads],
            "'relative_attention_num_buckets' and 'num_heads'");
        for (int i = 0; i < Layers(config, decoder); i++)
        {
            string layer = FormattableString.Invariant($"{stack}.block.{i}.layer");
            files.Expect($"{layer}.0.SelfAttention.q.weight", [config.Heads * config.HeadWidth, config.Width], "'num_heads', 'd_kv' and 'd_model'");
            files.Expect(FormattableString.Invariant($"{layer}.{Last(decoder)}.DenseReluDense.{(config.Gated ? "wi_0" : "wi")}.weight"),
                [config.Hidden ?? 4 * config.Width, config.Width], "'d_ff', 'd_model' and 'feed_forward_proj'");
        }
    }
}
