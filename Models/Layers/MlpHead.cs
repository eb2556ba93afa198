namespace NativeSsl;

/// <summary>
/// What a loss looks at instead of the features themselves: layers of Linear, batch norm and Relu, the last without Relu:
/// <c>[batch, in]</c> to <c>[batch, out]</c>. Chen, Kornblith, Norouzi &amp; Hinton 2020, “A simple framework for contrastive learning of
/// visual representations”, section 2.1: two layers, nothing after the last product (BYOL's projector and predictor are of that form too).
/// Its code has three by default, and a batch norm without shift after the last.
/// </summary>
public sealed class MlpHead : Module
{
    readonly Linear[] _linears;
    readonly BatchNorm[] _norms;

    /// <param name="init">Draws the weights.</param>
    /// <param name="inputs">Features of the encoder.</param>
    /// <param name="hidden">Features of the layers between.</param>
    /// <param name="outputs">Features of the result.</param>
    /// <param name="layers">How many products, at least one.</param>
    /// <param name="normalizeLast">Whether a batch norm without shift follows the last product, in place of its bias.</param>
    /// <exception cref="ShapeException">There is no layer.</exception>
    public MlpHead(Init init, int inputs, int hidden, int outputs, int layers = 2, bool normalizeLast = false)
    {
        if (layers < 1) throw new ShapeException($"MlpHead: {layers} layers; at least one is needed.");
        _linears = new Linear[layers];
        _norms = new BatchNorm[normalizeLast ? layers : layers - 1];
        for (int i = 0; i < layers; i++)
        {
            bool last = i == layers - 1;
            // A bias in front of a batch norm would be taken away with the mean.
            _linears[i] = new Linear(init, i == 0 ? inputs : hidden, last ? outputs : hidden, bias: last && !normalizeLast);
            if (i < _norms.Length) _norms[i] = new BatchNorm(init, last ? outputs : hidden, shift: !last);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [.. Numbered("linears", _linears), .. Numbered("norms", _norms)];

    /// <summary><c>[batch, in]</c> to <c>[batch, out]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        Format inside = x.Backend.ActivationFormat;
        for (int i = 0; i < _linears.Length; i++)
        {
            bool last = i == _linears.Length - 1, normalized = i < _norms.Length;
            x = _linears[i].Forward(x, format: normalized ? inside : Format.Float32);
            if (normalized) x = _norms[i].Forward(x, last ? Activation.None : Activation.Relu, format: last ? Format.Float32 : inside);
        }
        return x;
    }
}
