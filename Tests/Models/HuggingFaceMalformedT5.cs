namespace NativeSsl.Tests.Models;

// What is wrong with T5's files in one way each; its round trips, indices and mutations run with those of the other families.
public sealed partial class HuggingFaceMalformed
{
    const string T5 = HuggingFaceFiles.T5, T5Version11 = HuggingFaceFiles.T5Version11;
    const string Buckets = "relative_attention_num_buckets", MaxDistance = "relative_attention_max_distance";

    // A property, because it is wanted before the fields of this file would be there.
    static Dictionary<string, (string Kind, Func<string, string> Change, string[] Said)> T5Configs => new()
    {
        ["t5 as bert"] = On(T5, "model_type", "\"bert\"", "'model_type' is \"bert\"", "\"t5\""),
        ["mt5"] = On(T5, "model_type", "\"mt5\"", "'model_type' is \"mt5\""),
        ["t5's encoder alone"] = Of(T5, "T5ForConditionalGeneration", "T5EncoderModel", "'T5EncoderModel', which is not known", "T5Model"),
        ["t5 with a gated silu"] = On(T5, "feed_forward_proj", "\"gated-silu\"", "'feed_forward_proj' is \"gated-silu\"", "\"relu\" or \"gated-gelu\""),
        ["t5 with a plain gelu"] = On(T5, "feed_forward_proj", "\"gelu\"", "'feed_forward_proj' is \"gelu\""),
        ["t5 with another activation"] = On(T5, "dense_act_fn", "\"gelu_new\"", "'dense_act_fn' is \"gelu_new\"; \"relu\""),
        ["t5 1.1 with the gelu by erf"] = On(T5Version11, "dense_act_fn", "\"gelu\"", "'dense_act_fn' is \"gelu\"; \"gelu_new\""),
        ["t5 with a gate but no activation"] = On(T5, "is_gated_act", "true", "'is_gated_act' is true; false"),
        ["t5 1.1 without its gate"] = On(T5Version11, "is_gated_act", "false", "'is_gated_act' is false; true"),
        ["t5 1.1's activation on 1.0's weights"] = (T5, json => json.Replace("\"dense_act_fn\": \"relu\"", "\"dense_act_fn\": \"gelu_new\"")
            .Replace("\"is_gated_act\": false", "\"is_gated_act\": true").Replace("\"relu\"", "\"gated-gelu\""),
            ["no tensor 'encoder.block.0.layer.1.DenseReluDense.wi_0.weight'"]),
        ["t5 not an encoder and decoder"] = On(T5, "is_encoder_decoder", "false", "'is_encoder_decoder' is false; true"),
        ["t5's decoder alone"] = On(T5, "is_decoder", "true", "'is_decoder' is true; false"),
        ["t5 with one stack"] = On(T5, "tie_encoder_decoder", "true", "'tie_encoder_decoder' asks for an encoder and a decoder with the same weights"),
        ["t5 pruned"] = On(T5, "pruned_heads", "{ \"1\": [0] }", "'pruned_heads' asks for"),
        ["t5 tied by number"] = On(T5, "tie_word_embeddings", "1", "'tie_word_embeddings' is 1; true or false"),
        ["t5 tied but not scaled"] = On(T5, "scale_decoder_outputs", "false", "'scale_decoder_outputs' is false; true"),
        ["t5 untied but scaled"] = On(T5Version11, "scale_decoder_outputs", "true", "'scale_decoder_outputs' is true; false"),
        ["t5 untied without a head"] = On(T5, "tie_word_embeddings", "false", "no tensor 'lm_head.weight'"),
        ["t5 without a width"] = Of(T5, "\"d_model\": 4,", "", "'d_model' is missing"),
        ["t5 without layers"] = On(T5, "num_layers", "0", "'num_layers' is 0"),
        ["t5's decoder without layers"] = On(T5, "num_decoder_layers", "0", "'num_decoder_layers' is 0"),
        ["t5 with ten thousand layers"] = On(T5, "num_layers", "10000", "no tensor 'encoder.block.1.layer.0.SelfAttention.q.weight'"),
        ["t5's decoder with ten thousand"] = On(T5, "num_decoder_layers", "10000", "no tensor 'decoder.block.1.layer.0.SelfAttention.q.weight'"),
        ["t5 with a decoder of one layer less"] = On(T5Version11, "num_layers", "2", "no tensor 'encoder.block.1.layer.0.SelfAttention.q.weight'"),
        ["t5 with another vocabulary"] = On(T5, "vocab_size", "268435456", "by 'vocab_size' and 'd_model'", "[268435456, 4]"),
        ["t5 with another width"] = On(T5, "d_model", "1048576", "by 'vocab_size' and 'd_model'", "[13, 1048576]"),
        ["t5 with more heads"] = On(T5, "num_heads", "2", "by 'relative_attention_num_buckets' and 'num_heads'", "[8, 2]"),
        ["t5 with wider heads"] = On(T5, "d_kv", "1048576", "by 'num_heads', 'd_kv' and 'd_model'", "[1048576, 4]"),
        ["t5 with heads too wide for a shape"] = (T5, json => json.Replace("\"num_heads\": 1", "\"num_heads\": 1024").Replace("\"d_kv\": 5", "\"d_kv\": 1025"),
            ["'d_kv' is 1025; a whole number from 1 to 1024"]),
        ["t5 with another hidden size"] = On(T5, "d_ff", "11", "by 'd_ff', 'd_model' and 'feed_forward_proj'", "[11, 4]"),
        ["t5 with more buckets"] = On(T5, Buckets, "10", "by 'relative_attention_num_buckets'", "[10, 1]"),
        ["t5 with odd buckets"] = On(T5, Buckets, "9", "'relative_attention_num_buckets' is 9; an even number"),
        ["t5 with two buckets"] = On(T5, Buckets, "2", "'relative_attention_num_buckets' is 2; a whole number from 4"),
        ["t5 with a distance that is near"] = On(T5, MaxDistance, "4", "'relative_attention_max_distance' is 4; a whole number from 5"),
        ["t5 with buckets beyond the usual distance"] = (T5, json => json.Replace($"\"{MaxDistance}\": 20", $"\"{MaxDistance}\": null")
            .Replace($"\"{Buckets}\": 8", $"\"{Buckets}\": 256"), ["'relative_attention_num_buckets' is 256; less than 256", "is missing and so 128"]),
        ["t5's epsilon of zero"] = On(T5, "layer_norm_epsilon", "0", "'layer_norm_epsilon' is 0"),
        ["t5 all dropped"] = On(T5, "dropout_rate", "1", "'dropout_rate' is 1"),
    };

    [Fact]
    public void T5_tensors_that_are_missing_left_over_or_misshaped_are_named()
    {
        const string first = "encoder.block.0.layer", cross = "decoder.block.0.layer.1.EncDecAttention";
        RefusedTensor(T5, "shared.weight", null, "no tensor 'shared.weight'");
        RefusedTensor(T5, $"{cross}.k.weight", null, $"no tensor '{cross}.k.weight'");
        RefusedTensor(T5, $"{cross}.v.weight", [4, 5],
            $"'{cross}.v.weight' is F32 [4, 5] but [5, 4] is wanted, for decoder.blocks.0.cross.memory.weight of shape [10, 4]");
        RefusedTensor(T5, $"{first}.0.SelfAttention.v.weight", [5], "for encoder.blocks.0.attention.project.weight of shape [15, 4]");
        RefusedTensor(T5, $"{first}.0.layer_norm.bias", [4], $"'{first}.0.layer_norm.bias' F32 [4] has no place");
        RefusedTensor(T5, "encoder.final_layer_norm.weight", null, "no tensor 'encoder.final_layer_norm.weight'");
        RefusedTensor(T5, "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", null, "no tensor 'decoder.block.0.layer.0.SelfAttention.rel");
        RefusedTensor(T5, $"{first}.1.DenseReluDense.wi_1.weight", [10, 4], "wi_1.weight' F32 [10, 4] has no place");
        RefusedTensor(T5, "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight", [8, 1], "has no place");
        RefusedTensor(T5, "decoder.block.1.layer.1.EncDecAttention.relative_attention_bias.weight", [8, 1], "has no place");
        RefusedTensor(T5Version11, "lm_head.weight", [13, 5], "by 'vocab_size', 'd_model' and 'tie_word_embeddings'");
        RefusedTensor(T5, "lm_head.weight", [13, 4], "'lm_head.weight' differs from 'shared.weight'");
        RefusedTensor(T5, "encoder.embed_tokens.weight", [4, 13], "'encoder.embed_tokens.weight' is F32 [4, 13] but F32 [13, 4] is wanted");
        RefusedTensor(T5Version11, "decoder.embed_tokens.weight", [13, 4], "'decoder.embed_tokens.weight' differs from 'shared.weight'");
        RefusedTensor(T5Version11, "lm_head.weight", null, "no tensor 'lm_head.weight'");
        RefusedTensor(T5Version11, $"{first}.1.DenseReluDense.wi_1.weight", null, $"no tensor '{first}.1.DenseReluDense.wi_1.weight'");
        RefusedTensor(T5Version11, $"{first}.1.DenseReluDense.wi.weight", [10, 4], "wi.weight' F32 [10, 4] has no place");
    }
}
