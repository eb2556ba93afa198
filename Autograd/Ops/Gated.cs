namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// f(gate) x, element by element: how far one half of a gated linear unit lets the other through. Dauphin, Fan, Auli &amp; Grangier 2017, “Language modeling
        /// with gated convolutional networks”; Shazeer 2020, “GLU variants improve transformer”, equations 5 and 6.
        /// </summary>
        /// <param name="gate">The shape of <c>x</c>, and its format, which the result has too.</param>
        /// <param name="activation">f.</param>
        /// <returns>The shape of <c>x</c>.</returns>
        /// <exception cref="ShapeException">The gate has another shape.</exception>
        /// <exception cref="UnsupportedFormatException">The gate has another format.</exception>
        public Tensor Gated(Tensor gate, Activation activation) => activation switch
        {
            Activation.None => x.Gated<Identity>(gate),
            Activation.Relu => x.Gated<Relu>(gate),
            Activation.Gelu => x.Gated<Gelu>(gate),
            Activation.GeluErf => x.Gated<GeluErf>(gate),
            Activation.Silu => x.Gated<Silu>(gate),
            _ => throw new NativeSslException($"Gated: there is no activation {activation}."),
        };

        Tensor Gated<F>(Tensor gate) where F : struct, IActivation
        {
            Check.SameBackend("Gated", x, gate);
            Check.SameShape("Gated", "the gate", gate.Shape, "x", x.Shape);
            if (gate.Format != x.Format) throw new UnsupportedFormatException($"Gated: the gate is {gate.Format}, x of shape {x.Shape} is {x.Format}. Convert one of them first.");
            Tensor y = Tensor.Empty(x.Backend, x.Shape, x.Format);
            x.Backend.Gated<F>(gate, x, y);
            return y.Record("gated", [gate, x], dy =>
            {
                Tensor dgate = gate.NewGradient(), dx = x.NewGradient();
                x.Backend.GatedGrad<F>(gate, x, dy, dgate, dx);
                return [dgate, dx];
            });
        }
    }
}
