using System.Text.Json;

namespace NativeSsl;

/// <summary>The <c>config.json</c> of T5. What a field's absence means is what it means in Hugging Face's library.</summary>
static class HuggingFaceT5Config
{
    const string ModelType = "t5", Relu = "relu", GatedGelu = "gated-gelu", Generation = "T5ForConditionalGeneration";
    const string Buckets = "relative_attention_num_buckets", MaxDistance = "relative_attention_max_distance";
    const int MostRows = 1 << 28, MostWidth = 1 << 20, MostLayers = 10_000;

    // The last is what the first was called in the library's early days.
    static readonly string[] Architectures = [Generation, "T5Model", "T5WithLMHeadModel"];

    public static T5.Config Read(string directory, float? dropout)
    {
        ModelConfig json = ModelConfig.Read(directory, (ModelType, Architectures));
        bool gated = json.OneOf("feed_forward_proj", [Relu, GatedGelu], Relu) == GatedGelu;
        // Both follow from the one above, but the library believes them if they are there. The gated GELU is the one by tanh, which has two names.
        if (gated) json.OneOf("dense_act_fn", ["gelu_new", "gelu_pytorch_tanh"], "gelu_new");
        else json.OneOf("dense_act_fn", [Relu], Relu);
        json.Switch("is_gated_act", gated);
        // One table for both is also what makes the library divide by √width before the head; newer versions of it say that apart.
        bool tied = json.Bool("tie_word_embeddings", true);
        json.Switch("scale_decoder_outputs", tied);
        json.Switch("is_encoder_decoder", true);
        json.Switch("is_decoder", false);
        json.Switch("add_cross_attention", false);
        json.Absent("tie_encoder_decoder", "an encoder and a decoder with the same weights, which are not built here");
        json.Absent("pruned_heads", "layers with fewer heads than others");
        int layers = json.Whole("num_layers", 1, MostLayers), heads = json.Whole("num_heads", 1, MostWidth);
        (int buckets, int maxDistance) = Distances(json);
        return new T5.Config
        {
            Vocabulary = json.Whole("vocab_size", 1, MostRows),
            Layers = layers,
            DecoderLayers = json.Whole("num_decoder_layers", 1, MostLayers, layers),
            Heads = heads,
            Width = json.Whole("d_model", 1, MostWidth),
            HeadWidth = json.Whole("d_kv", 1, MostWidth / heads),
            Hidden = json.Whole("d_ff", 1, MostRows),
            Gated = gated,
            Tied = tied,
            Buckets = buckets,
            MaxDistance = maxDistance,
            Dropout = json.Dropout(dropout, 0.1f, "dropout_rate"),
            Epsilon = json.Number("layer_norm_epsilon", 1e-30f, 1f, 1e-6f),
        };
    }

    // A decoder has half of the buckets for distances that have one each; the largest distance must be beyond those.
    static (int Buckets, int MaxDistance) Distances(ModelConfig json)
    {
        const int usual = 128;
        int buckets = json.Whole(Buckets, 4, MostWidth, 32);
        if (buckets % 2 != 0) throw json.Wrong(Buckets, "an even number");
        int maxDistance = json.Whole(MaxDistance, buckets / 2 + 1, MostRows, usual);
        if (maxDistance <= buckets / 2)
            throw json.Wrong(Buckets, FormattableString.Invariant($"less than {2 * usual}, as '{MaxDistance}' is missing and so {usual},"));
        return (buckets, maxDistance);
    }

    public static void Write(Utf8JsonWriter json, T5.Config config, int padding, int end)
    {
        json.WriteString("model_type", ModelType);
        json.WriteStartArray("architectures");
        json.WriteStringValue(Generation);
        json.WriteEndArray();
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("d_model", config.Width);
        json.WriteNumber("d_kv", config.HeadWidth);
        json.WriteNumber("d_ff", config.Hidden ?? 4 * config.Width);
        json.WriteNumber("num_layers", config.Layers);
        json.WriteNumber("num_decoder_layers", config.DecoderLayers ?? config.Layers);
        json.WriteNumber("num_heads", config.Heads);
        json.WriteNumber(Buckets, config.Buckets);
        json.WriteNumber(MaxDistance, config.MaxDistance);
        json.WriteString("feed_forward_proj", config.Gated ? GatedGelu : Relu);
        json.WriteString("dense_act_fn", config.Gated ? "gelu_new" : Relu);
        json.WriteBoolean("is_gated_act", config.Gated);
        json.WriteBoolean("tie_word_embeddings", config.Tied);
        json.WriteBoolean("is_encoder_decoder", true);
        json.WriteNumber("dropout_rate", config.Dropout);
        json.WriteNumber("layer_norm_epsilon", config.Epsilon);
        json.WriteNumber("initializer_factor", 1.0);
        json.WriteNumber("pad_token_id", padding);
        json.WriteNumber("eos_token_id", end);
        json.WriteNumber("decoder_start_token_id", padding);
    }
}
