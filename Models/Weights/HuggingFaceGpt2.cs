using System.Text.Json;

namespace NativeSsl;

/// <summary>GPT-2 as a directory in Hugging Face's layout, both ways: <c>GPT2Model</c> and <c>GPT2LMHeadModel</c>. A <see cref="Gpt"/> with biases is
/// exactly that model: layer norms with an epsilon of 1e-5, GELU by its tanh.</summary>
/// <remarks>
/// Linear layers are <c>[in, out]</c> there. Read, with or without <c>transformer.</c> before the names; the masks <c>attn.bias</c> and
/// <c>attn.masked_bias</c> of old files are passed over, and a second copy of the table of tokens under the name <c>lm_head.weight</c> must be equal to
/// it. Written as <c>GPT2LMHeadModel</c>: with the prefix, without masks and second copy, as Hugging Face's library does.
/// </remarks>
public static class HuggingFaceGpt2
{
    const string ModelType = "gpt2", Prefix = "transformer.", LanguageModel = "GPT2LMHeadModel";
    const int MostRows = 1 << 28, MostWidth = 1 << 20, MostLayers = 10_000;
    const float Epsilon = 1e-5f;

    /// <summary>The map.</summary>
    /// <param name="config">The sizes of the model.</param>
    public static WeightMap Map(Gpt.Config config) => Map(config, Prefix);

    /// <summary>Reads a model.</summary>
    /// <param name="directory">Has <c>config.json</c> and <c>model.safetensors</c>, or several files and their index.</param>
    /// <param name="backend">The device of the parameters.</param>
    /// <param name="dropout">The share of activations set to zero in further training; the configuration's if null.</param>
    /// <exception cref="MalformedFileException">A file is missing or malformed; the configuration asks for something that is not built here; a tensor is
    /// missing, left over, or has another shape.</exception>
    public static Gpt Load(string directory, IBackend backend, float? dropout = null)
    {
        Gpt.Config config = ReadConfig(directory, dropout);
        using WeightFiles files = WeightFiles.OpenDirectory(directory);
        string prefix = files.ContainsAny(Prefix) ? Prefix : "";
        int width = config.Width;
        files.Expect($"{prefix}wte.weight", [config.Vocabulary, width], "'vocab_size' and 'n_embd'");
        files.Expect($"{prefix}wpe.weight", [config.Context, width], "'n_positions' and 'n_embd'");
        for (int i = 0; i < config.Layers; i++)
            files.Expect(FormattableString.Invariant($"{prefix}h.{i}.attn.c_attn.weight"), [width, 3 * width], "'n_embd'");
        var model = new Gpt(config, Init.Blank(backend));
        Map(config, prefix).Fill(model, files);
        return model;
    }

    /// <summary>Writes a model. As F32 nothing is lost; a model that was read from F16 or BF16 and is saved as that is the same, bit for bit.</summary>
    /// <param name="directory">It is made if it is not there; it must not hold a model yet.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How numbers are stored: F32, or rounded to F16 or BF16.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in one file; what is larger is cut into several files with an index.</param>
    /// <exception cref="FileWriteException">There is a model already, the disk is full, or the folder may not be written to.</exception>
    /// <exception cref="NativeSslException">The model has no biases, as GPT-2 has.</exception>
    public static void Save(string directory, Gpt model, SafetensorsType type = SafetensorsType.Float32, long maxShardBytes = 5_000_000_000)
    {
        if (!model.Sizes.Bias) throw new NativeSslException("HuggingFaceGpt2: this Gpt has no biases, and GPT-2 has. Train it with Bias = true.");
        ModelDirectory.Write(directory, json => WriteConfig(json, model.Sizes), Map(model.Sizes).Outgoing(model.NamedTensors(), type), type, maxShardBytes);
    }

    static WeightMap Map(Gpt.Config config, string prefix) => new(
    [
        WeightMap.Same("tokens", $"{prefix}wte", "weight"),
        WeightMap.Same("positions", $"{prefix}wpe", "weight"),
        .. Enumerable.Range(0, config.Layers).SelectMany(i => Block(FormattableString.Invariant($"blocks.{i}"), FormattableString.Invariant($"{prefix}h.{i}"))),
        .. WeightMap.LayerNorm("norm", $"{prefix}ln_f"),
    ])
    {
        Shared = [new("lm_head.weight", $"{prefix}wte.weight")],
        PassedOver = [.. Enumerable.Range(0, config.Layers).SelectMany(i => (string[])
            [FormattableString.Invariant($"{prefix}h.{i}.attn.bias"), FormattableString.Invariant($"{prefix}h.{i}.attn.masked_bias")])],
    };

    static IEnumerable<WeightEntry> Block(string ours, string theirs) =>
    [
        .. WeightMap.LayerNorm($"{ours}.norm1", $"{theirs}.ln_1"),
        .. WeightMap.Linear($"{ours}.attention.project", $"{theirs}.attn.c_attn", WeightLayout.Transposed),
        .. WeightMap.Linear($"{ours}.attention.output", $"{theirs}.attn.c_proj", WeightLayout.Transposed),
        .. WeightMap.LayerNorm($"{ours}.norm2", $"{theirs}.ln_2"),
        .. WeightMap.Linear($"{ours}.feed_forward.expand", $"{theirs}.mlp.c_fc", WeightLayout.Transposed),
        .. WeightMap.Linear($"{ours}.feed_forward.contract", $"{theirs}.mlp.c_proj", WeightLayout.Transposed),
    ];

    static Gpt.Config ReadConfig(string directory, float? dropout)
    {
        ModelConfig json = ModelConfig.Read(directory, (ModelType, ["GPT2Model", LanguageModel]));
        json.OneOf("activation_function", ["gelu_new", "gelu_pytorch_tanh"], "gelu_new");       // two names of one function
        json.Switch("scale_attn_weights", true);
        json.Switch("scale_attn_by_inverse_layer_idx", false);
        json.Switch("add_cross_attention", false);
        json.Switch("tie_word_embeddings", true);
        json.Absent("pruned_heads", "layers with fewer heads than others");
        int width = json.Whole("n_embd", 1, MostWidth), heads = json.Whole("n_head", 1, MostWidth);
        if (width % heads != 0) throw json.Wrong("n_head", FormattableString.Invariant($"a divisor of 'n_embd', {width},"));
        if (json.Whole("n_inner", 1, MostRows, 4 * width) != 4 * width)
            throw json.Wrong("n_inner", FormattableString.Invariant($"four times 'n_embd', {4 * width},"));
        if (json.Number("layer_norm_epsilon", 0f, 1f, Epsilon) != Epsilon) throw json.Wrong("layer_norm_epsilon", "1e-05");
        return new Gpt.Config
        {
            Vocabulary = json.Whole("vocab_size", 1, MostRows), Context = json.Whole("n_positions", 1, MostRows), Layers = json.Whole("n_layer", 1, MostLayers),
            Heads = heads, Width = width, Bias = true, Dropout = json.Dropout(dropout, 0.1f, "resid_pdrop", "embd_pdrop", "attn_pdrop"),
        };
    }

    static void WriteConfig(Utf8JsonWriter json, Gpt.Config config)
    {
        json.WriteString("model_type", ModelType);
        json.WriteStartArray("architectures");
        json.WriteStringValue(LanguageModel);
        json.WriteEndArray();
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("n_positions", config.Context);
        json.WriteNumber("n_embd", config.Width);
        json.WriteNumber("n_layer", config.Layers);
        json.WriteNumber("n_head", config.Heads);
        json.WriteNull("n_inner");
        json.WriteString("activation_function", "gelu_new");
        foreach (string dropout in (string[])["resid_pdrop", "embd_pdrop", "attn_pdrop"]) json.WriteNumber(dropout, config.Dropout);
        json.WriteNumber("layer_norm_epsilon", Epsilon);
        json.WriteNumber("initializer_range", 0.02);
    }
}
