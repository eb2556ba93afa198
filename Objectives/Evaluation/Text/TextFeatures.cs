using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Takes features of all texts of a set: in batches of like lengths, one step for each, in evaluation mode and without a tape. What comes out is a
/// <see cref="FeatureSet"/>, so banks, probes, clusters and label-free measures work on texts as they do on images.
/// </summary>
public static class TextFeatures
{
    /// <summary>What an encoder makes of labelled texts, or pairs of texts.</summary>
    /// <param name="encoder">The encoder, on its device.</param>
    /// <param name="marks">How texts become tokens.</param>
    /// <param name="texts">The texts; their labels go along.</param>
    /// <param name="pooling">How features of tokens become those of a text.</param>
    /// <param name="batch">How many texts go through at once.</param>
    /// <param name="name">What the rows are called in a report.</param>
    /// <returns><c>[texts, width]</c></returns>
    /// <exception cref="NativeSslException">There are no texts, or a feature is not a finite number.</exception>
    public static FeatureSet Of(TextEncoder encoder, TextFrame marks, LabelledTexts texts, TextPooling pooling = TextPooling.Mean, int batch = 64,
        string name = "encoder")
    {
        long began = Stopwatch.GetTimestamp();
        using FlopCount flops = new();
        Tensor table = Table(encoder, new(encoder.Backend, encoder.Context, marks, texts.Texts, texts.Seconds), pooling, batch, name);
        Cost cost = new(Stopwatch.GetElapsedTime(began).TotalSeconds, flops.Total, texts.Count);
        return new FeatureSet(name, texts.Split, table, texts.Labels, texts.Classes.Count, cost);
    }

    /// <summary>What an encoder makes of texts without labels: sentence embeddings.</summary>
    /// <returns><c>[texts, width]</c></returns>
    /// <inheritdoc cref="Of(TextEncoder, TextFrame, LabelledTexts, TextPooling, int, string)"/>
    public static Tensor Of(TextEncoder encoder, TextFrame marks, IReadOnlyList<string> texts, TextPooling pooling = TextPooling.Mean, int batch = 64) =>
        Table(encoder, new(encoder.Backend, encoder.Context, marks, texts), pooling, batch, "encoder");

    /// <summary>What an encoder makes of texts that are tokens already.</summary>
    /// <param name="encoder">The encoder, on its device.</param>
    /// <param name="texts">The texts, with their marks.</param>
    /// <param name="padding">The token behind the end of shorter ones.</param>
    /// <param name="pooling">How features of tokens become those of a text.</param>
    /// <returns><c>[texts, width]</c></returns>
    /// <exception cref="NativeSslException">There are no texts, or a feature is not a finite number.</exception>
    public static Tensor Of(TextEncoder encoder, IReadOnlyList<TextSample> texts, int padding, TextPooling pooling) =>
        Table(encoder, new(encoder.Backend, texts, padding), pooling, batch: 64, "encoder");

    // h = 1/T Σₜ hₜ of the encoder, the end included
    /// <summary>What the encoder of a text-to-text model makes of texts without labels: the mean over their tokens (Ni et al. 2022, “Sentence-T5: Scalable sentence encoders from pre-trained text-to-text
    /// models”: encoder only, mean).</summary>
    /// <param name="model">The model, on its device.</param>
    /// <param name="frame">How texts become tokens.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="room">The most tokens of a text, the end included; what is too long loses its last words.</param>
    /// <returns><c>[texts, width]</c></returns>
    /// <exception cref="NativeSslException">There are no texts, or a feature is not a finite number.</exception>
    public static Tensor Of(SequenceModel model, SequenceFrame frame, IReadOnlyList<string> texts, int room = 128)
    {
        TextSample[] samples = [.. texts.Select(text => frame.Tokens(text, room)).Select(tokens => new TextSample(tokens, new int[tokens.Length]))];
        return Table(new TextBatches(model.Backend, samples, frame.Padding), (tokens, _, lengths) => TextPooling.Mean.Pool(model.Encode(tokens, lengths), lengths), batch: 64, "encoder");
    }

    static Tensor Table(TextEncoder encoder, TextBatches texts, TextPooling pooling, int batch, string name) =>
        Table(texts, (tokens, segments, lengths) => pooling.Read(encoder, tokens, segments, lengths), batch, name);

    static Tensor Table(TextBatches texts, Func<Indices, Indices, Indices, Tensor> rows, int batch, string name)
    {
        (float[] values, int width) = texts.Rows($"TextFeatures {name}", rows, batch);
        Tensor table = Tensor.Lasting(texts.Backend, [texts.Count, width]);
        table.Storage.CopyFrom(values);
        return table;
    }
}
