namespace NativeSsl.Tests.Models;

// Configurations and indices that are wrong in one way each, with what the error has to say of it.
public sealed partial class HuggingFaceMalformed
{
    const string Bert = "BertForPreTraining", Roberta = "RobertaForMaskedLM", Gpt2 = "GPT2LMHeadModel";
    const string Index = "model.safetensors.index.json", First = "model-00001-of-00002.safetensors", Second = "model-00002-of-00002.safetensors";

    static (string, Func<string, string>, string[]) Of(string kind, string from, string to, params string[] said) =>
        (kind, json => json.Replace(from, to, StringComparison.Ordinal), said);
    static (string, Func<string, string>, string[]) Set(string field, string value, params string[] said) => On(Bert, field, value, said);
    static (string, Func<string, string>, string[]) On(string kind, string field, string value, params string[] said) => (kind, json =>
    {
        string[] lines = json.Split('\n');
        int line = Array.FindIndex(lines, line => line.Contains($"\"{field}\":", StringComparison.Ordinal));
        if (line >= 0) lines[line] = $"  \"{field}\": {value}" + (lines[line].TrimEnd().EndsWith(',') ? "," : "");
        else lines[0] = $"{{\n  \"{field}\": {value},";
        return string.Join('\n', lines);
    }, said);

    static readonly Dictionary<string, (string Kind, Func<string, string> Change, string[] Said)> Configs = new(T5Configs)
    {
        ["empty"] = (Bert, _ => "", ["config.json: it is not valid JSON near byte 0"]),
        ["brace"] = (Bert, _ => "{", ["not valid JSON"]),
        ["array"] = (Bert, json => $"[{json}]", ["object is expected; it begins with StartArray"]),
        ["number"] = (Bert, _ => "3", ["object is expected"]),
        ["twice"] = (Bert, json => json + json, ["not valid JSON"]),
        ["something behind"] = (Bert, json => json + "x", ["not valid JSON"]),
        ["byte order mark"] = (Bert, json => "\uFEFF" + json, ["not valid JSON"]),
        ["comment"] = Of(Bert, "{\n", "{ // of ours\n", "not valid JSON"),
        ["trailing comma"] = (Bert, json => json.Replace("\n}", ",\n}"), ["not valid JSON"]),
        ["deep nesting"] = (Bert, json => json.Replace("{ \"0\"", new string('[', 5000) + "{ \"0\""), ["not valid JSON"]),
        ["a megabyte of spaces"] = (Bert, json => json + new string(' ', 1 << 20), ["at most 1048576"]),
        ["half a surrogate in a value"] = Set("hidden_act", "\"\\uD800\"", "not valid JSON"),
        ["half a surrogate in a name"] = Of(Bert, "use_cache", "\\uDC00", "not valid JSON"),
        ["field twice"] = Of(Bert, "{\n", "{\n\"hidden_size\": 8,", "'hidden_size' stands there twice"),
        ["field twice, once escaped"] = Of(Bert, "{\n", "{\n\"hidden\\u005fsize\": 8,", "'hidden_size' stands there twice"),
        ["empty object"] = (Bert, _ => "{}", ["'model_type' is missing", "\"bert\" or \"roberta\""]),
        ["another type"] = Set("model_type", "\"albert\"", "'model_type' is \"albert\"", "\"bert\" or \"roberta\""),
        ["a type by number"] = Set("model_type", "7", "'model_type' is 7"),
        ["a type of .NET"] = Set("model_type", "\"System.IO.FileInfo, System.Private.CoreLib\"", "'model_type' is \"System.IO.FileInfo"),
        ["a type with a long name"] = Set("model_type", $"\"{new string('x', 5000)}\"", "xxx…\""),
        ["gpt2 as bert"] = On(Gpt2, "model_type", "\"bert\"", "'model_type' is \"bert\"", "\"gpt2\""),
        ["another architecture"] = Of(Bert, "BertForPreTraining", "BertForSequenceClassification",
            "'BertForSequenceClassification', which is not known", "BertForMaskedLM"),
        ["bert's architecture in roberta"] = Of(Roberta, "RobertaForMaskedLM", "BertModel", "'BertModel', which is not known", "RobertaModel"),
        ["architectures is a string"] = Of(Bert, "[\n    \"BertForPreTraining\"\n  ]", "\"BertForPreTraining\"",
            "'architectures' is \"BertForPreTraining\"; a list"),
        ["architectures holds a number"] = Of(Bert, "\"BertForPreTraining\"", "4", "'architectures' holds something else than strings"),
        ["code"] = Set("auto_map", "{ \"AutoModel\": \"modeling.Evil\" }", "'auto_map' asks for code"),
        ["quantized"] = Set("quantization_config", "{ \"bits\": 4 }", "'quantization_config' asks for quantized weights"),
        ["another activation"] = Set("hidden_act", "\"relu\"", "'hidden_act' is \"relu\"", "\"gelu\""),
        ["tanh gelu"] = Set("hidden_act", "\"gelu_new\"", "'hidden_act' is \"gelu_new\""),
        ["relative positions"] = Set("position_embedding_type", "\"relative_key\"", "'position_embedding_type' is \"relative_key\"", "\"absolute\""),
        ["a decoder"] = Set("is_decoder", "true", "'is_decoder' is true; false"),
        ["cross attention"] = Set("add_cross_attention", "true", "'add_cross_attention' is true"),
        ["untied"] = Set("tie_word_embeddings", "false", "'tie_word_embeddings' is false; true"),
        ["a switch by number"] = Set("is_decoder", "0", "'is_decoder' is 0; true or false"),
        ["pruned"] = Set("pruned_heads", "{ \"1\": [0] }", "'pruned_heads' asks for"),
        ["size missing"] = Of(Bert, "\"hidden_size\": 4,", "", "'hidden_size' is missing; a whole number from 1"),
        ["size null"] = Set("vocab_size", "null", "'vocab_size' is missing"),
        ["size as text"] = Set("hidden_size", "\"4\"", "'hidden_size' is \"4\"; a whole number"),
        ["size with a point"] = Set("hidden_size", "4.0", "'hidden_size' is 4.0"),
        ["size as a list"] = Set("hidden_size", "[4]", "'hidden_size' is a list"),
        ["size of zero"] = Set("num_hidden_layers", "0", "'num_hidden_layers' is 0"),
        ["negative size"] = Set("intermediate_size", "-10", "'intermediate_size' is -10"),
        ["size beyond 32 bits"] = Set("vocab_size", "4294967309", "'vocab_size' is 4294967309"),
        ["exponent"] = Set("vocab_size", "13e0", "'vocab_size' is 13e0"),
        ["a table of 2^28 rows"] = Set("vocab_size", "268435456", "by 'vocab_size'", "[268435456, 4]"),
        ["a width of 2^20"] = Set("hidden_size", "1048576", "by 'vocab_size' and 'hidden_size'", "[13, 1048576]"),
        ["a smaller width"] = Set("hidden_size", "2", "by 'vocab_size' and 'hidden_size'", "[13, 2]"),
        ["ten thousand layers"] = Set("num_hidden_layers", "10000", "no tensor 'bert.encoder.layer.1.attention.self.query.weight'"),
        ["gpt2's heads that do not divide"] = (Gpt2, json => json.Replace("\"n_head\": 1", "\"n_head\": 3"), ["'n_head' is 3; a divisor of 'n_embd', 4"]),
        ["a longer context"] = Set("max_position_embeddings", "10", "by 'max_position_embeddings'", "[10, 4]"),
        ["heads that do not divide"] = Set("num_attention_heads", "3", "'num_attention_heads' is 3; a divisor of 'hidden_size', 4"),
        ["other positions of padding"] = On(Roberta, "pad_token_id", "8", "'max_position_embeddings' is 9; a whole number from 10"),
        ["negative padding"] = On(Roberta, "pad_token_id", "-1", "'pad_token_id' is -1"),
        ["epsilon of zero"] = Set("layer_norm_eps", "0", "'layer_norm_eps' is 0; a number from"),
        ["epsilon as text"] = Set("layer_norm_eps", "\"1e-12\"", "'layer_norm_eps' is \"1e-12\""),
        ["epsilon too large for a float"] = Set("layer_norm_eps", "1e400", "'layer_norm_eps' is 1e400"),
        ["two dropouts"] = Set("hidden_dropout_prob", "0.2", "'attention_probs_dropout_prob' is 0.1 but 'hidden_dropout_prob' is 0.2", "the argument dropout"),
        ["all dropped"] = Set("hidden_dropout_prob", "1", "'hidden_dropout_prob' is 1"),
        ["gpt2's other activation"] = On(Gpt2, "activation_function", "\"gelu\"", "'activation_function' is \"gelu\"", "\"gelu_new\""),
        ["gpt2's other hidden size"] = On(Gpt2, "n_inner", "10", "'n_inner' is 10; four times 'n_embd', 16"),
        ["gpt2's other epsilon"] = On(Gpt2, "layer_norm_epsilon", "1e-6", "'layer_norm_epsilon' is 1e-6; 1e-05"),
        ["gpt2 without scale"] = On(Gpt2, "scale_attn_weights", "false", "'scale_attn_weights' is false"),
        ["gpt2 scaled by layer"] = On(Gpt2, "scale_attn_by_inverse_layer_idx", "true", "'scale_attn_by_inverse_layer_idx' is true"),
        ["gpt2's dropouts"] = On(Gpt2, "attn_pdrop", "0", "'attn_pdrop' is 0 but 'resid_pdrop' is 0.1"),
        ["gpt2 with another context"] = On(Gpt2, "n_positions", "8", "by 'n_positions' and 'n_embd'", "[8, 4]"),
    };

    static (Func<string, string>, string[]) Named(string file) =>
        (json => json.Replace(First, file, StringComparison.Ordinal), ["which is not the name of a safetensors file in the same folder"]);

    static readonly Dictionary<string, (Func<string, string> Change, string[] Said)> Indices = new()
    {
        ["empty"] = (_ => "", [$"{Index}: it is not valid JSON"]),
        ["array"] = (_ => "[]", ["object is expected"]),
        ["cut"] = (json => json[..^20], ["not valid JSON"]),
        ["not UTF-8"] = (json => json.Replace("metadata", "metad\u00FFta"), ["not UTF-8"]),
        ["something behind"] = (json => json + "{}", ["not valid JSON"]),
        ["no map"] = (_ => "{\"metadata\": {}}", ["'weight_map'", "is missing"]),
        ["empty map"] = (_ => "{\"weight_map\": {}}", ["names no tensor"]),
        ["map is a list"] = (_ => "{\"weight_map\": []}", ["'weight_map' is not an object"]),
        ["map twice"] = (json => json.Replace("\n}\n", ", \"weight_map\": {}}"), ["'weight_map' stands there twice"]),
        ["metadata is a list"] = (_ => "{\"metadata\": []}", ["'metadata' is not an object"]),
        ["unknown field"] = (json => json.Replace("\"metadata\"", "\"meta\""), ["field 'meta' is unknown"]),
        ["file is a number"] = (json => json.Replace($"\"{First}\"", "1"), ["is not a string"]),
        ["file is null"] = (json => json.Replace($"\"{First}\"", "null"), ["is not a string"]),
        ["tensor twice"] = (json => json.Replace("\"weight_map\": {", $"\"weight_map\": {{ \"cls.predictions.bias\": \"{First}\","),
            ["'cls.predictions.bias' stands there twice"]),
        ["half a surrogate"] = (json => json.Replace("cls.predictions.bias", "\\uD800"), ["not valid JSON"]),
        ["file above"] = Named($"../{First}"),
        ["file far above"] = Named($"../../../../etc/{First}"),
        ["file below"] = Named($"a/{First}"),
        ["file here, the long way"] = Named($"./{First}"),
        ["absolute file"] = Named($"/{First}"),
        ["file of Windows above"] = Named($"..\\\\{First}"),
        ["absolute file of Windows"] = Named($"C:\\\\{First}"),
        ["drive"] = Named($"C:{First}"),
        ["share"] = Named($"\\\\\\\\server\\\\share\\\\{First}"),
        ["stream"] = Named($"{First}:a.safetensors"),
        ["address"] = Named($"http://server/{First}"),
        ["two dots"] = Named("..safetensors"),
        ["hidden file"] = Named(".model.safetensors"),
        ["only the ending"] = Named(".safetensors"),
        ["no name"] = Named(""),
        ["another ending"] = Named("model.bin"),
        ["zero inside"] = Named("model\\u0000.safetensors"),
        ["line break inside"] = Named("mo\\ndel.safetensors"),
        ["full width dots"] = Named("\\uFF0E\\uFF0E\\uFF0F.safetensors"),
        ["three hundred letters"] = Named($"{new string('m', 300)}.safetensors"),
        ["missing file"] = (json => json.Replace(First, "model-00003-of-00002.safetensors"), ["'model-00003-of-00002.safetensors', which is not there"]),
        ["tensor in no file"] = (json => json.Replace("\"weight_map\": {", $"\"weight_map\": {{ \"phantom\": \"{Second}\","),
            ["tensor 'phantom' is in", "where it is not"]),
        ["tensor in the other file"] = (json =>
        {
            string[] lines = json.Split('\n');
            int line = Array.FindIndex(lines, line => line.Contains("cls.predictions.bias", StringComparison.Ordinal));
            lines[line] = lines[line].Contains(First, StringComparison.Ordinal) ? lines[line].Replace(First, Second) : lines[line].Replace(Second, First);
            return string.Join('\n', lines);
        }, ["tensor 'cls.predictions.bias' is in it, but", "says that it is in"]),
        ["tensor of a file not named"] = (
            json => string.Join('\n', json.Split('\n').Where(line => !line.Contains("cls.predictions.bias", StringComparison.Ordinal))),
            ["tensor 'cls.predictions.bias' is in it, but", "does not name it"]),
    };
}
