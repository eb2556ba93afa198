using System.Text.Json;

namespace NativeSsl;

/// <summary>The <c>config.json</c> of BERT and RoBERTa. What a field's absence means is what it means in Hugging Face's library.</summary>
static class HuggingFaceBertConfig
{
    const string Bert = "bert", Roberta = "roberta";
    const int MostRows = 1 << 28, MostWidth = 1 << 20, MostLayers = 10_000;

    static readonly string[] BertArchitectures = ["BertModel", "BertForPreTraining", "BertForMaskedLM", "BertForNextSentencePrediction"];
    static readonly string[] RobertaArchitectures = ["RobertaModel", "RobertaForMaskedLM"];

    public static NativeSsl.Bert.Config Read(string directory, float? dropout)
    {
        ModelConfig json = ModelConfig.Read(directory, (Bert, BertArchitectures), (Roberta, RobertaArchitectures));
        bool roberta = json.ModelType == Roberta;
        json.OneOf("hidden_act", ["gelu"], "gelu");
        json.OneOf("position_embedding_type", ["absolute"], "absolute");
        json.Switch("is_decoder", false);
        json.Switch("is_encoder_decoder", false);
        json.Switch("add_cross_attention", false);
        json.Switch("tie_word_embeddings", true);
        json.Absent("pruned_heads", "layers with fewer heads than others");
        // RoBERTa counts positions from the row behind that of padding.
        int first = roberta ? json.Whole("pad_token_id", 0, 1 << 20, 1) + 1 : 0;
        int width = json.Whole("hidden_size", 1, MostWidth), heads = json.Whole("num_attention_heads", 1, MostWidth);
        if (width % heads != 0) throw json.Wrong("num_attention_heads", FormattableString.Invariant($"a divisor of 'hidden_size', {width},"));
        return new NativeSsl.Bert.Config
        {
            Vocabulary = json.Whole("vocab_size", 1, MostRows),
            Context = json.Whole("max_position_embeddings", first + 1, MostRows) - first,
            FirstPosition = first,
            Segments = json.Whole("type_vocab_size", 1, MostRows, 2),
            Layers = json.Whole("num_hidden_layers", 1, MostLayers),
            Heads = heads,
            Width = width,
            Hidden = json.Whole("intermediate_size", 1, MostRows),
            Epsilon = json.Number("layer_norm_eps", 1e-30f, 1f, 1e-12f),
            Dropout = json.Dropout(dropout, 0.1f, "hidden_dropout_prob", "attention_probs_dropout_prob"),
        };
    }

    public static void Write(Utf8JsonWriter json, BertWithHeads model, int padding)
    {
        NativeSsl.Bert.Config config = model.Encoder.Sizes;
        bool roberta = config.FirstPosition > 0;
        json.WriteString("model_type", roberta ? Roberta : Bert);
        json.WriteStartArray("architectures");
        json.WriteStringValue(Architecture(model, roberta));
        json.WriteEndArray();
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("hidden_size", config.Width);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("intermediate_size", config.Hidden ?? 4 * config.Width);
        json.WriteString("hidden_act", "gelu");
        json.WriteNumber("hidden_dropout_prob", config.Dropout);
        json.WriteNumber("attention_probs_dropout_prob", config.Dropout);
        json.WriteNumber("max_position_embeddings", config.FirstPosition + config.Context);
        json.WriteNumber("type_vocab_size", config.Segments);
        json.WriteNumber("initializer_range", 0.02);
        json.WriteNumber("layer_norm_eps", config.Epsilon);
        json.WriteNumber("pad_token_id", roberta ? config.FirstPosition - 1 : padding);
        json.WriteString("position_embedding_type", "absolute");
    }

    static string Architecture(BertWithHeads model, bool roberta) => (model.Head, model.Answer) switch
    {
        (null, null) => roberta ? RobertaArchitectures[0] : BertArchitectures[0],
        (not null, null) => roberta ? RobertaArchitectures[1] : BertArchitectures[2],
        (not null, not null) => BertArchitectures[1],
        (null, not null) => BertArchitectures[3],
    };
}
