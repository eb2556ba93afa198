namespace NativeSsl.Tests.Models;

// T5 as Hugging Face's library would write it. Heads that together are wider than a position, and fewer layers in the decoder of version 1.1.
sealed partial class HuggingFaceFiles
{
    /// <summary>Version 1.0, version 1.1, and the two that were never published but could be.</summary>
    public const string T5 = "T5", T5Version11 = "T5 gated untied", T5Gated = "T5 gated", T5Untied = "T5 untied";

    public const int T5HeadWidth = 5, T5Buckets = 8, T5MaxDistance = 20;

    public static int T5DecoderLayers(string kind, FileSizes s) => kind == T5Version11 ? Math.Max(1, s.Layers - 1) : s.Layers;

    static bool IsT5(string kind) => kind.StartsWith(T5, StringComparison.Ordinal);

    static bool IsGated(string kind) => kind.Contains(" gated", StringComparison.Ordinal);

    static bool IsTied(string kind) => !kind.Contains(" untied", StringComparison.Ordinal);

    void AddT5(string kind, FileSizes s)
    {
        Add("shared.weight", s.Vocabulary, s.Width);
        foreach ((string stack, int layers) in new[] { ("encoder", s.Layers), ("decoder", T5DecoderLayers(kind, s)) })
        {
            for (int i = 0; i < layers; i++)
            {
                Attention($"{stack}.block.{i}.layer.0", "SelfAttention");
                if (i == 0) Add($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", T5Buckets, s.Heads);
                if (stack == "decoder") Attention($"{stack}.block.{i}.layer.1", "EncDecAttention");
                string last = $"{stack}.block.{i}.layer.{(stack == "decoder" ? 2 : 1)}";
                foreach (string name in IsGated(kind) ? (string[])["wi_0", "wi_1"] : ["wi"]) Add($"{last}.DenseReluDense.{name}.weight", s.Hidden, s.Width);
                Add($"{last}.DenseReluDense.wo.weight", s.Width, s.Hidden);
                Add($"{last}.layer_norm.weight", s.Width);
            }
            Add($"{stack}.final_layer_norm.weight", s.Width);
        }
        if (!IsTied(kind)) Add("lm_head.weight", s.Vocabulary, s.Width);

        void Attention(string layer, string name)
        {
            foreach (char part in "qkv") Add($"{layer}.{name}.{part}.weight", s.Heads * T5HeadWidth, s.Width);
            Add($"{layer}.{name}.o.weight", s.Width, s.Heads * T5HeadWidth);
            Add($"{layer}.layer_norm.weight", s.Width);
        }
    }

    static string T5Config(string kind, FileSizes s) => $$"""
        {
          "_name_or_path": "somewhere/on/the/hub",
          "architectures": [
            "T5ForConditionalGeneration"
          ],
          "classifier_dropout": 0.0,
          "d_ff": {{s.Hidden}},
          "d_kv": {{T5HeadWidth}},
          "d_model": {{s.Width}},
          "decoder_start_token_id": 0,
          "dense_act_fn": "{{(IsGated(kind) ? "gelu_new" : "relu")}}",
          "dropout_rate": 0.1,
          "eos_token_id": 1,
          "feed_forward_proj": "{{(IsGated(kind) ? "gated-gelu" : "relu")}}",
          "initializer_factor": 1.0,
          "is_encoder_decoder": true,
          "is_gated_act": {{(IsGated(kind) ? "true" : "false")}},
          "layer_norm_epsilon": 1e-05,
          "model_type": "t5",
          "num_decoder_layers": {{T5DecoderLayers(kind, s)}},
          "num_heads": {{s.Heads}},
          "num_layers": {{s.Layers}},
          "output_past": true,
          "pad_token_id": 0,
          "relative_attention_max_distance": {{T5MaxDistance}},
          "relative_attention_num_buckets": {{T5Buckets}},
          "task_specific_params": { "summarization": { "num_beams": 4, "prefix": "summarize: " } },
          "tie_word_embeddings": {{(IsTied(kind) ? "true" : "false")}},
          "transformers_version": "4.40.0",
          "use_cache": true,
          "vocab_size": {{s.Vocabulary}}
        }
        """;
}
